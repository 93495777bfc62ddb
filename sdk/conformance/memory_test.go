package conformance

import (
	"context"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// A memoryStore is the smallest correct store: a map and a lock. Its clock is
// that of the machine, since the store is in it.
type memoryStore struct {
	mu      sync.Mutex
	leases  map[string]stored
	foreign map[string]string
	fences  map[string]uint64
}

type stored struct {
	sdk.Lease
	ends time.Time
}

func newMemoryStore() *memoryStore {
	return &memoryStore{leases: map[string]stored{}, foreign: map[string]string{}, fences: map[string]uint64{}}
}

// A memory is one instance of a backend on a memoryStore.
type memory struct{ *memoryStore }

// enter locks the store, unless the context has ended by then.
func (m memory) enter(ctx context.Context) error {
	m.mu.Lock()
	if ctx.Err() != nil {
		m.mu.Unlock()
		return sdk.Unavailable("memory: %v", ctx.Err())
	}
	return nil
}

// find returns the current lease. The store is locked.
func (m memory) find(resource string) (stored, error) {
	if m.foreign[resource] != "" {
		return stored{}, sdk.Refused("resource %q is not a lock", resource)
	}
	s, found := m.leases[resource]
	if !found || !time.Now().Before(s.ends) {
		return stored{}, sdk.ErrNotHeld
	}
	s.TTL = time.Until(s.ends)
	return s, nil
}

func (m memory) put(lease sdk.Lease) sdk.Lease {
	m.leases[lease.Resource] = stored{lease, time.Now().Add(lease.TTL)}
	return lease
}

func (m memory) Acquire(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
	if err := m.enter(ctx); err != nil {
		return sdk.Lease{}, err
	}
	defer m.mu.Unlock()
	switch held, err := m.find(want.Resource); {
	case err == nil && sdk.SameID(held.ID, want.ID):
		return held.Lease, nil
	case err == nil:
		return sdk.Lease{}, &sdk.HeldError{Lease: held.Lease}
	case err != sdk.ErrNotHeld:
		return sdk.Lease{}, err
	}
	m.fences[want.Resource]++
	want.Created, want.Fence = time.Now(), m.fences[want.Resource]
	return m.put(want), nil
}

func (m memory) Renew(ctx context.Context, lease sdk.Lease) (sdk.Lease, error) {
	if err := m.enter(ctx); err != nil {
		return sdk.Lease{}, err
	}
	defer m.mu.Unlock()
	held, err := m.find(lease.Resource)
	if err != nil {
		return sdk.Lease{}, err
	}
	if !sdk.SameID(held.ID, lease.ID) {
		return sdk.Lease{}, sdk.ErrNotHeld
	}
	held.TTL = lease.TTL
	return m.put(held.Lease), nil
}

func (m memory) Release(ctx context.Context, lease sdk.Lease) error {
	if err := m.enter(ctx); err != nil {
		return err
	}
	defer m.mu.Unlock()
	held, err := m.find(lease.Resource)
	if err != nil {
		return err
	}
	if !sdk.SameID(held.ID, lease.ID) {
		return sdk.ErrNotHeld
	}
	delete(m.leases, lease.Resource)
	return nil
}

func (m memory) Current(ctx context.Context, resource string) (sdk.Lease, error) {
	if err := m.enter(ctx); err != nil {
		return sdk.Lease{}, err
	}
	defer m.mu.Unlock()
	held, err := m.find(resource)
	return held.Lease, err
}

func (m memory) List(ctx context.Context, prefix string) iter.Seq2[sdk.Lease, error] {
	return func(yield func(sdk.Lease, error) bool) {
		leases, err := m.under(ctx, prefix)
		if err != nil {
			yield(sdk.Lease{}, err)
		}
		for _, lease := range leases {
			if !yield(lease, nil) {
				return
			}
		}
	}
}

func (m memory) under(ctx context.Context, prefix string) ([]sdk.Lease, error) {
	if err := m.enter(ctx); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	var leases []sdk.Lease
	for resource := range m.leases {
		held, err := m.find(resource)
		if err == nil && strings.HasPrefix(resource, prefix) {
			leases = append(leases, held.Lease)
		}
	}
	return leases, nil
}

func (m memory) Setup(context.Context, bool) ([]string, error) { return nil, nil }
func (m memory) Check(context.Context) ([]sdk.Finding, error)  { return nil, nil }
func (m memory) Close() error                                  { return nil }

// plant is the store's Foreign.
func (m memory) plant(_ context.Context, resource string) (func(context.Context) error, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.foreign[resource] = "shopping list"
	return func(context.Context) error {
		m.mu.Lock()
		defer m.mu.Unlock()
		if got := m.foreign[resource]; got != "shopping list" {
			return sdk.Invalid("it is now %q", got)
		}
		return nil
	}, nil
}
