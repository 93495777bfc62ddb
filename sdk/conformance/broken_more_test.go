package conformance

import (
	"context"
	"iter"
	"path"
	"strings"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

var brokenRelease = []breakage{
	{"release-frees-at-once", "later", func(m memory) sdk.Backend {
		return patched{Backend: m, release: func(ctx context.Context, lease sdk.Lease) error {
			lease.TTL = time.Second
			_, err := m.Renew(ctx, lease)
			return err
		}}
	}},
	{"release-twice", "succeeds", func(m memory) sdk.Backend {
		return patched{Backend: m, release: func(ctx context.Context, lease sdk.Lease) error {
			_ = m.Release(ctx, lease)
			return nil
		}}
	}},
	{"release-needs-the-id", "any id releases", func(m memory) sdk.Backend {
		return patched{Backend: m, release: func(ctx context.Context, lease sdk.Lease) error {
			if held, err := m.Current(ctx, lease.Resource); err == nil {
				lease.ID = held.ID
			}
			return m.Release(ctx, lease)
		}}
	}},
	{"release-needs-the-id", "whatever has the id is released", func(m memory) sdk.Backend {
		return patched{Backend: m, release: func(ctx context.Context, lease sdk.Lease) error {
			for held := range m.List(ctx, "") {
				if sdk.SameID(held.ID, lease.ID) {
					return m.Release(ctx, held)
				}
			}
			return sdk.ErrNotHeld
		}}
	}},
	{"release-needs-the-id", "the beginning of the id is enough", func(m memory) sdk.Backend {
		return patched{Backend: m, release: func(ctx context.Context, lease sdk.Lease) error {
			if held, err := m.Current(ctx, lease.Resource); err == nil && strings.HasPrefix(held.ID, lease.ID) {
				lease.ID = held.ID
			}
			return m.Release(ctx, lease)
		}}
	}},
}

var brokenIDs = []breakage{
	{"stale-id-is-not-held", "ids are never forgotten", func(m memory) sdk.Backend {
		return patched{Backend: m, renew: func(ctx context.Context, lease sdk.Lease) (sdk.Lease, error) {
			if _, known := sdk.ParseID(lease.ID); known {
				return m.Current(ctx, lease.Resource)
			}
			return m.Renew(ctx, lease)
		}}
	}},
	{"unknown-id-is-not-held", "is a fault", func(m memory) sdk.Backend {
		return patched{Backend: m, release: func(ctx context.Context, lease sdk.Lease) error {
			if _, ok := sdk.ParseID(lease.ID); !ok {
				return sdk.Invalid("lease id %q is malformed", lease.ID)
			}
			return m.Release(ctx, lease)
		}}
	}},
	{"either-id-works", "only the one shown", func(m memory) sdk.Backend {
		return patched{
			Backend: m,
			acquire: func(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
				want.ID = "own-" + want.ID
				return m.Acquire(ctx, want)
			},
		}
	}},
}

var brokenTime = []breakage{
	{"expiry-frees", "never expires", func(m memory) sdk.Backend {
		return patched{Backend: m, acquire: func(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
			asked := want.TTL
			want.TTL = sdk.MaxTTL
			lease, err := m.Acquire(ctx, want)
			lease.TTL = asked
			return lease, err
		}}
	}},
	{"expiry-frees", "never expires, and says so", asking(func(want *sdk.Lease) { want.TTL = sdk.MaxTTL })},
	{"expiry-frees", "expires too early", asking(func(want *sdk.Lease) { want.TTL /= 2 })},
	{"expiry-frees", "cannot be taken once expired", func(m memory) sdk.Backend {
		return patched{Backend: m, acquire: func(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
			if left, found := m.raw(want.Resource); found && left.ID != want.ID {
				return sdk.Lease{}, &sdk.HeldError{Lease: left.Lease}
			}
			return m.Acquire(ctx, want)
		}}
	}},
	{"expired-lease-is-over", "revived by renew", func(m memory) sdk.Backend {
		return patched{Backend: m, renew: func(ctx context.Context, lease sdk.Lease) (sdk.Lease, error) {
			if left, found := m.raw(lease.Resource); found && sdk.SameID(left.ID, lease.ID) {
				left.TTL = lease.TTL
				return m.force(left.Lease), nil
			}
			return m.Renew(ctx, lease)
		}}
	}},
	{"expired-lease-is-over", "release says so too", func(m memory) sdk.Backend {
		return patched{Backend: m, release: func(ctx context.Context, lease sdk.Lease) error {
			if left, found := m.raw(lease.Resource); found && sdk.SameID(left.ID, lease.ID) {
				m.remove(lease.Resource)
				return nil
			}
			return m.Release(ctx, lease)
		}}
	}},
	{"expired-lease-is-over", "still shown", func(m memory) sdk.Backend {
		return patched{Backend: m, current: func(ctx context.Context, resource string) (sdk.Lease, error) {
			if left, found := m.raw(resource); found {
				return left.Lease, nil
			}
			return m.Current(ctx, resource)
		}}
	}},
	{"expired-lease-is-over", "still listed", func(m memory) sdk.Backend { return patched{Backend: m, list: m.everything} }},
	{"ttl-is-not-cut-short", "by a second", func(m memory) sdk.Backend {
		return patched{Backend: m, acquire: func(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
			want.TTL -= time.Second
			lease, err := m.Acquire(ctx, want)
			lease.TTL += time.Second
			return lease, err
		}}
	}},
	{"ttl-is-what-is-left", "what was asked for", showing(func(lease *sdk.Lease) { lease.TTL = time.Minute })},
	{"ttl-is-what-is-left", "doubled", asking(func(want *sdk.Lease) { want.TTL *= 2 })},
	{"ttl-is-what-is-left", "in another unit", showing(func(lease *sdk.Lease) { lease.TTL /= 1000 })},
}

var brokenList = []breakage{
	{"list-shows-what-is-held", "shows what was released", func(m memory) sdk.Backend {
		return patched{Backend: m, list: m.everything, release: func(ctx context.Context, lease sdk.Lease) error {
			left, _ := m.raw(lease.Resource)
			defer func() { left.ends = time.Now(); m.keep(left) }()
			return m.Release(ctx, lease)
		}}
	}},
	{"list-shows-what-is-held", "ignores the prefix", func(m memory) sdk.Backend {
		return patched{Backend: m, list: func(ctx context.Context, _ string) iter.Seq2[sdk.Lease, error] { return m.List(ctx, "") }}
	}},
	{"list-shows-what-is-held", "shows only one", func(m memory) sdk.Backend {
		return patched{Backend: m, list: func(ctx context.Context, prefix string) iter.Seq2[sdk.Lease, error] {
			return func(yield func(sdk.Lease, error) bool) {
				m.List(ctx, prefix)(func(l sdk.Lease, err error) bool { yield(l, err); return false })
			}
		}}
	}},
	{"list-leaves-out-what-is-over", "shows it", func(m memory) sdk.Backend { return patched{Backend: m, list: m.everything} }},
	{"list-prefix-is-literal", "is a pattern", func(m memory) sdk.Backend {
		return patched{Backend: m, list: func(ctx context.Context, prefix string) iter.Seq2[sdk.Lease, error] {
			return func(yield func(sdk.Lease, error) bool) {
				for lease := range m.List(ctx, "") {
					if matched, _ := path.Match(prefix+"*", lease.Resource); matched && !yield(lease, nil) {
						return
					}
				}
			}
		}}
	}},
	{"list-can-be-walked", "does not stop", func(m memory) sdk.Backend {
		return patched{Backend: m, list: func(ctx context.Context, prefix string) iter.Seq2[sdk.Lease, error] {
			return func(yield func(sdk.Lease, error) bool) {
				for lease, err := range m.List(ctx, prefix) {
					yield(lease, err)
				}
			}
		}}
	}},
}

// everything lists what lies in the store, ended or not.
func (m memory) everything(_ context.Context, prefix string) iter.Seq2[sdk.Lease, error] {
	m.mu.Lock()
	defer m.mu.Unlock()
	var leases []sdk.Lease
	for resource, left := range m.leases {
		if strings.HasPrefix(resource, prefix) {
			leases = append(leases, left.Lease)
		}
	}
	return func(yield func(sdk.Lease, error) bool) {
		for _, lease := range leases {
			yield(lease, nil)
		}
	}
}

func (m memory) keep(left stored) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.leases[left.Resource] = left
}

var brokenContext = []breakage{
	{"cancel-is-heeded", "acquire waits", func(m memory) sdk.Backend {
		return patched{Backend: m, acquire: func(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
			time.Sleep(2 * time.Second)
			return m.Acquire(ctx, want)
		}}
	}},
	{"cancel-is-heeded", "list waits", func(m memory) sdk.Backend {
		return patched{Backend: m, list: func(ctx context.Context, prefix string) iter.Seq2[sdk.Lease, error] {
			time.Sleep(2 * time.Second)
			return m.List(ctx, prefix)
		}}
	}},
	{"cancel-is-heeded", "only the deadline is", func(m memory) sdk.Backend {
		return patched{Backend: m, renew: func(ctx context.Context, lease sdk.Lease) (sdk.Lease, error) {
			wait := 2 * time.Second
			if end, ok := ctx.Deadline(); ok {
				wait = min(wait, time.Until(end))
			}
			time.Sleep(wait)
			return m.Renew(ctx, lease)
		}}
	}},
	{"ended-context-takes-nothing", "ignored", func(m memory) sdk.Backend {
		return patched{Backend: m, acquire: func(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
			return m.Acquire(context.WithoutCancel(ctx), want)
		}}
	}},
	{"ended-context-takes-nothing", "the request goes on by itself", func(m memory) sdk.Backend {
		return patched{Backend: m, acquire: func(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
			if ctx.Err() == nil {
				return m.Acquire(ctx, want)
			}
			time.AfterFunc(100*time.Millisecond, func() { m.force(want) })
			return sdk.Lease{}, ctx.Err()
		}}
	}},
}

var brokenState = []breakage{
	{"state-is-in-the-store", "in the instance", func(memory) sdk.Backend { return memory{newMemoryStore()} }},
	{"close-keeps-leases", "close releases", func(m memory) sdk.Backend { return patched{Backend: m, close: m.wipe} }},
	{"setup-keeps-leases", "setup starts afresh", func(m memory) sdk.Backend {
		return patched{Backend: m, setup: func(context.Context, bool) ([]string, error) { return nil, m.wipe() }}
	}},
	{"setup-can-be-repeated", "creates again", func(m memory) sdk.Backend {
		return patched{Backend: m, setup: func(_ context.Context, dryRun bool) ([]string, error) {
			if dryRun {
				return nil, nil
			}
			return []string{"CREATE TABLE stormlock"}, nil
		}}
	}},
	{"setup-can-be-repeated", "a dry run does not look", func(m memory) sdk.Backend {
		return patched{Backend: m, setup: func(_ context.Context, dryRun bool) ([]string, error) {
			if dryRun {
				return []string{"CREATE TABLE stormlock"}, nil
			}
			return nil, nil
		}}
	}},
	{"foreign-data-is-refused", "overwritten", func(m memory) sdk.Backend {
		return patched{Backend: m, acquire: func(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
			m.remove(want.Resource)
			return m.Acquire(ctx, want)
		}}
	}},
	{"foreign-data-is-refused", "taken for free", func(m memory) sdk.Backend {
		return patched{Backend: m, acquire: func(_ context.Context, want sdk.Lease) (sdk.Lease, error) { return m.force(want), nil }}
	}},
	{"foreign-data-is-refused", "removed by release", func(m memory) sdk.Backend {
		return patched{Backend: m, release: func(_ context.Context, lease sdk.Lease) error {
			m.remove(lease.Resource)
			return sdk.ErrNotHeld
		}}
	}},
}

func (m memory) wipe() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.leases)
	return nil
}
