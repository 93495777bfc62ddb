package conformance

import (
	"context"
	"iter"
	"strings"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// A breakage is a backend with one fault, and the check that must find it.
type breakage struct {
	check    string
	fault    string
	instance func(m memory) sdk.Backend
}

// A patched backend is a memory of which some methods are replaced.
type patched struct {
	sdk.Backend
	acquire func(ctx context.Context, want sdk.Lease) (sdk.Lease, error)
	renew   func(ctx context.Context, lease sdk.Lease) (sdk.Lease, error)
	release func(ctx context.Context, lease sdk.Lease) error
	current func(ctx context.Context, resource string) (sdk.Lease, error)
	list    func(ctx context.Context, prefix string) iter.Seq2[sdk.Lease, error]
	setup   func(ctx context.Context, dryRun bool) ([]string, error)
	check   func(ctx context.Context) ([]sdk.Finding, error)
	close   func() error
}

func (p patched) Acquire(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
	if p.acquire != nil {
		return p.acquire(ctx, want)
	}
	return p.Backend.Acquire(ctx, want)
}

func (p patched) Renew(ctx context.Context, lease sdk.Lease) (sdk.Lease, error) {
	if p.renew != nil {
		return p.renew(ctx, lease)
	}
	return p.Backend.Renew(ctx, lease)
}

func (p patched) Release(ctx context.Context, lease sdk.Lease) error {
	if p.release != nil {
		return p.release(ctx, lease)
	}
	return p.Backend.Release(ctx, lease)
}

func (p patched) Current(ctx context.Context, resource string) (sdk.Lease, error) {
	if p.current != nil {
		return p.current(ctx, resource)
	}
	return p.Backend.Current(ctx, resource)
}

func (p patched) List(ctx context.Context, prefix string) iter.Seq2[sdk.Lease, error] {
	if p.list != nil {
		return p.list(ctx, prefix)
	}
	return p.Backend.List(ctx, prefix)
}

func (p patched) Setup(ctx context.Context, dryRun bool) ([]string, error) {
	if p.setup != nil {
		return p.setup(ctx, dryRun)
	}
	return p.Backend.Setup(ctx, dryRun)
}

func (p patched) Check(ctx context.Context) ([]sdk.Finding, error) {
	if p.check != nil {
		return p.check(ctx)
	}
	return p.Backend.Check(ctx)
}

func (p patched) Close() error {
	if p.close != nil {
		return p.close()
	}
	return p.Backend.Close()
}

// asking changes what every acquire asks for.
func asking(change func(want *sdk.Lease)) func(memory) sdk.Backend {
	return func(m memory) sdk.Backend {
		return patched{Backend: m, acquire: func(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
			change(&want)
			return m.Acquire(ctx, want)
		}}
	}
}

// showing changes every lease that an acquire, a renew or a current answers.
func showing(change func(lease *sdk.Lease)) func(memory) sdk.Backend {
	shown := func(lease sdk.Lease, err error) (sdk.Lease, error) {
		if err == nil {
			change(&lease)
		}
		return lease, err
	}
	return func(m memory) sdk.Backend {
		return patched{
			Backend: m,
			acquire: func(ctx context.Context, want sdk.Lease) (sdk.Lease, error) { return shown(m.Acquire(ctx, want)) },
			renew:   func(ctx context.Context, lease sdk.Lease) (sdk.Lease, error) { return shown(m.Renew(ctx, lease)) },
			current: func(ctx context.Context, resource string) (sdk.Lease, error) { return shown(m.Current(ctx, resource)) },
		}
	}
}

// storing keeps a lock under another name than it has, and shows it under its
// own, as a backend does that mangles keys.
func storing(mangle func(resource string) string) func(memory) sdk.Backend {
	return func(m memory) sdk.Backend {
		named := func(resource string, lease sdk.Lease, err error) (sdk.Lease, error) {
			lease.Resource = resource
			return lease, err
		}
		return patched{
			Backend: m,
			acquire: func(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
				resource := want.Resource
				want.Resource = mangle(resource)
				lease, err := m.Acquire(ctx, want)
				return named(resource, lease, err)
			},
			release: func(ctx context.Context, lease sdk.Lease) error {
				lease.Resource = mangle(lease.Resource)
				return m.Release(ctx, lease)
			},
			current: func(ctx context.Context, resource string) (sdk.Lease, error) {
				lease, err := m.Current(ctx, mangle(resource))
				return named(resource, lease, err)
			},
		}
	}
}

// without drops some characters.
func without(characters string) func(string) string {
	return func(s string) string {
		return strings.Map(func(r rune) rune {
			if strings.ContainsRune(characters, r) {
				return -1
			}
			return r
		}, s)
	}
}

// force writes a lease whoever holds the resource, with the next fence.
func (m memory) force(lease sdk.Lease) sdk.Lease {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fences[lease.Resource]++
	lease.Created, lease.Fence = time.Now(), m.fences[lease.Resource]
	return m.put(lease)
}

// raw returns what lies at a resource, ended or not.
func (m memory) raw(resource string) (stored, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, found := m.leases[resource]
	return s, found
}

func (m memory) remove(resource string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.leases, resource)
	delete(m.foreign, resource)
}

// unfence forgets how far the fences of a resource have got.
func (m memory) unfence(resource string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.fences, resource)
}

func fenceless(m memory) sdk.Backend {
	return showing(func(lease *sdk.Lease) { lease.Fence = 0 })(m)
}
