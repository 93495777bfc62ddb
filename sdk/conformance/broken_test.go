package conformance

import (
	"context"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

var broken = slices.Concat(brokenAcquire, brokenNames, brokenRenew, brokenRelease, brokenIDs, brokenTime,
	brokenFence, brokenText, brokenList, brokenContext, brokenState)

var brokenAcquire = []breakage{
	{"one-winner", "no guard", unguarded},
	{"one-winner", "losers get a bare error", func(m memory) sdk.Backend {
		return refusing(m, func(sdk.Lease) error { return sdk.ErrHeld })
	}},
	{"mutual-exclusion", "no guard", unguarded},
	{"held-names-the-holder", "anonymous", func(m memory) sdk.Backend {
		return refusing(m, func(held sdk.Lease) error {
			return &sdk.HeldError{Lease: sdk.Lease{Resource: held.Resource, ID: held.ID}}
		})
	}},
	{"held-names-the-holder", "no TTL", func(m memory) sdk.Backend {
		return refusing(m, func(held sdk.Lease) error {
			held.TTL = 0
			return &sdk.HeldError{Lease: held}
		})
	}},
	{"repeat-returns-the-lease", "refused as held", onRepeat(func(_ memory, held, _ sdk.Lease) (sdk.Lease, error) {
		return sdk.Lease{}, &sdk.HeldError{Lease: held}
	})},
	{"repeat-returns-the-lease", "granted anew", onRepeat(func(m memory, _, want sdk.Lease) (sdk.Lease, error) {
		return m.force(want), nil
	})},
	{"repeat-does-not-extend", "extended", onRepeat(func(m memory, _, want sdk.Lease) (sdk.Lease, error) {
		return m.Renew(context.Background(), want)
	})},
	{"repeat-does-not-extend", "restarted", onRepeat(func(m memory, _, want sdk.Lease) (sdk.Lease, error) {
		want.TTL = time.Minute
		return m.Renew(context.Background(), want)
	})},
	{"repeat-in-another-spelling", "compared as text", func(m memory) sdk.Backend {
		return patched{Backend: m, acquire: func(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
			if held, err := m.Current(ctx, want.Resource); err == nil && held.ID != want.ID {
				return sdk.Lease{}, &sdk.HeldError{Lease: held}
			}
			return m.Acquire(ctx, want)
		}}
	}},
	{"lost-reply-is-settled", "the store picks the id", func(m memory) sdk.Backend {
		return patched{Backend: m, acquire: func(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
			if deadline, _ := ctx.Deadline(); time.Until(deadline) < time.Second {
				want.ID = sdk.NewID()
				m.force(want)
				return sdk.Lease{}, ctx.Err()
			}
			return m.Acquire(ctx, want)
		}}
	}},
}

// unguarded looks first and writes then, a round trip later.
func unguarded(m memory) sdk.Backend {
	return patched{Backend: m, acquire: func(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
		if held, err := m.Current(ctx, want.Resource); err == nil && held.ID != want.ID {
			return sdk.Lease{}, &sdk.HeldError{Lease: held}
		}
		time.Sleep(5 * time.Millisecond)
		return m.force(want), nil
	}}
}

func refusing(m memory, refusal func(held sdk.Lease) error) sdk.Backend {
	return patched{Backend: m, acquire: func(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
		lease, err := m.Acquire(ctx, want)
		if held, other := err.(*sdk.HeldError); other {
			return sdk.Lease{}, refusal(held.Lease)
		}
		return lease, err
	}}
}

func onRepeat(answer func(m memory, held, want sdk.Lease) (sdk.Lease, error)) func(memory) sdk.Backend {
	return func(m memory) sdk.Backend {
		return patched{Backend: m, acquire: func(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
			if held, err := m.Current(ctx, want.Resource); err == nil && sdk.SameID(held.ID, want.ID) {
				return answer(m, held, want)
			}
			return m.Acquire(ctx, want)
		}}
	}
}

var brokenNames = []breakage{
	{"names-keep-case", "folded to lower case", storing(strings.ToLower)},
	{"names-keep-unicode-form", "composed", storing(func(s string) string { return strings.ReplaceAll(s, "e\u0301", "\u00e9") })},
	{"names-keep-unicode-form", "cut within a character", storing(func(s string) string { return strings.ToValidUTF8(s[:len(s)-1], "") })},
	{"names-are-long", "cut at 64 bytes", storing(func(s string) string { return s[:min(len(s), 64)] })},
	{"names-are-long", "cut at 254 bytes", storing(func(s string) string { return s[:min(len(s), 254)] })},
	{"names-are-not-paths", "cut at a slash", storing(func(s string) string { before, _, _ := strings.Cut(s, "/"); return before })},
	{"names-are-not-paths", "cleaned", storing(path.Clean)},
	{"names-are-not-patterns", "wildcards dropped", storing(without("*?%_"))},
	{"names-are-data", "quotes dropped", storing(without(`'"`))},
	{"names-are-data", "spaces folded", storing(func(s string) string { return strings.Join(strings.Fields(s), " ") })},
}

var brokenRenew = []breakage{
	{"renew-extends", "does nothing", func(m memory) sdk.Backend { return renewing(m, withoutEffect) }},
	{"renew-keeps-the-lease", "is a new grant", func(m memory) sdk.Backend {
		return renewing(m, func(held, lease sdk.Lease) (sdk.Lease, error) {
			held.TTL = lease.TTL
			return m.force(held), nil
		})
	}},
	{"renew-reports-the-ttl", "reports what was asked for", func(m memory) sdk.Backend { return renewing(m, withoutEffect) }},
	{"renew-needs-the-id", "any id renews", anyIDRenews},
	{"renew-needs-the-id", "refused, but extended", func(m memory) sdk.Backend {
		return patched{Backend: m, renew: func(ctx context.Context, lease sdk.Lease) (sdk.Lease, error) {
			if renewed, err := anyIDRenews(m).Renew(ctx, lease); err != nil || sdk.SameID(renewed.ID, lease.ID) {
				return renewed, err
			}
			return sdk.Lease{}, sdk.ErrNotHeld
		}}
	}},
}

// anyIDRenews is how the Python program's DynamoDB backend behaves.
func anyIDRenews(m memory) sdk.Backend {
	return patched{Backend: m, renew: func(ctx context.Context, lease sdk.Lease) (sdk.Lease, error) {
		if held, err := m.Current(ctx, lease.Resource); err == nil {
			lease.ID = held.ID
		}
		return m.Renew(ctx, lease)
	}}
}

// renewing replaces what a renew with the right id does.
func renewing(m memory, renew func(held, lease sdk.Lease) (sdk.Lease, error)) sdk.Backend {
	return patched{Backend: m, renew: func(ctx context.Context, lease sdk.Lease) (sdk.Lease, error) {
		held, err := m.Current(ctx, lease.Resource)
		if err != nil || !sdk.SameID(held.ID, lease.ID) {
			return sdk.Lease{}, sdk.ErrNotHeld
		}
		return renew(held, lease)
	}}
}

func withoutEffect(held, lease sdk.Lease) (sdk.Lease, error) {
	held.TTL = lease.TTL
	return held, nil
}

var brokenFence = []breakage{
	{"fence-grows", "none", fenceless},
	{"fence-grows", "constant", showing(func(lease *sdk.Lease) { lease.Fence = 7 })},
	{"fence-grows", "restarts after release", func(m memory) sdk.Backend {
		return patched{Backend: m, release: func(ctx context.Context, lease sdk.Lease) error {
			defer m.unfence(lease.Resource)
			return m.Release(ctx, lease)
		}}
	}},
	{"fence-grows", "restarts at setup", func(m memory) sdk.Backend {
		return patched{Backend: m, setup: func(context.Context, bool) ([]string, error) {
			m.mu.Lock()
			defer m.mu.Unlock()
			clear(m.fences)
			return nil, nil
		}}
	}},
	{"fence-grows-over-expiry", "restarts with each lease that finds nobody", func(m memory) sdk.Backend {
		return patched{Backend: m, acquire: func(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
			if _, err := m.Current(ctx, want.Resource); err == sdk.ErrNotHeld {
				m.unfence(want.Resource)
			}
			return m.Acquire(ctx, want)
		}}
	}},
}

var brokenText = []breakage{
	{"text-is-kept", "principal trimmed", asking(func(want *sdk.Lease) { want.Principal = strings.TrimSpace(want.Principal) })},
	{"text-is-kept", "reason dropped", asking(func(want *sdk.Lease) { want.Reason = "" })},
	{"text-is-kept", "reason cut at 4000 bytes", asking(func(want *sdk.Lease) { want.Reason = want.Reason[:min(len(want.Reason), 4000)] })},
	{"text-is-kept", "reason made one line", asking(func(want *sdk.Lease) { want.Reason = strings.ReplaceAll(want.Reason, "\n", " ") })},
	{"text-is-kept", "renew answers without", func(m memory) sdk.Backend {
		return renewing(m, func(held, lease sdk.Lease) (sdk.Lease, error) {
			held.Principal, held.Reason, held.TTL = lease.Principal, lease.Reason, lease.TTL
			return held, nil
		})
	}},
	{"created-is-stable", "now", showing(func(lease *sdk.Lease) { lease.Created = time.Now() })},
	{"created-is-stable", "never", showing(func(lease *sdk.Lease) { lease.Created = time.Time{} })},
}
