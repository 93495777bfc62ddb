package etcd

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// A hammering is several operators at one resource for a while.
type hammering struct {
	inside  atomic.Int32
	fence   uint64 // of the last grant; whoever is inside may read and write it
	granted atomic.Int32
	voided  atomic.Int32
	late    sync.WaitGroup
}

func (h *hammering) run(t *testing.T, b *backend) {
	t.Helper()
	end := time.Now().Add(1500 * time.Millisecond)
	var operators sync.WaitGroup
	for range 4 {
		operators.Go(func() {
			for time.Now().Before(end) {
				h.takes(t, b, want("deploy"))
			}
		})
		operators.Go(func() {
			for time.Now().Before(end) {
				h.givesUp(t, b, want("deploy"))
			}
		})
	}
	operators.Wait()
	h.late.Wait()
	t.Logf("%d grants, %d late requests", h.granted.Load(), h.voided.Load())
	if h.granted.Load() == 0 || h.voided.Load() == 0 {
		t.Error("there were not both")
	}
}

// takes takes the lock if it can, and releases it.
func (h *hammering) takes(t *testing.T, b *backend, w sdk.Lease) {
	lease, err := b.Acquire(testContext(t), w)
	switch {
	case err != nil && !errors.Is(err, sdk.ErrHeld) && !errors.Is(err, sdk.ErrUnavailable):
		t.Errorf("acquire: %v", err)
	case err == nil:
		h.enter(t, lease)
		same(t, current(t, b, w.Resource), lease)
		h.inside.Add(-1)
		if err := b.Release(testContext(t), w); err != nil {
			t.Errorf("release: %v", err)
		}
	}
}

func (h *hammering) enter(t *testing.T, lease sdk.Lease) {
	if n := h.inside.Add(1); n != 1 {
		t.Errorf("%d hold the lock", n)
	}
	if lease.Fence <= h.fence {
		t.Errorf("fence %d after %d", lease.Fence, h.fence)
	}
	h.fence = lease.Fence
	h.granted.Add(1)
}

// givesUp gives up an acquire whose request to take the lock is kept back, and
// lets that arrive once it has been made void.
func (h *hammering) givesUp(t *testing.T, b *backend, w sdk.Lease) {
	ctx, cancel := context.WithCancel(testContext(t))
	defer cancel()
	slow, requests, arrive := lostTake(t, b, cancel)
	_, _ = slow.Acquire(ctx, w)
	err := b.Release(testContext(t), w)
	switch {
	case !errors.Is(err, sdk.ErrNotHeld) && !errors.Is(err, sdk.ErrUnavailable):
		t.Errorf("release of what nobody holds: %v", err)
	case errors.Is(err, sdk.ErrNotHeld) && requests.count("take") > 0:
		h.voided.Add(1)
		h.late.Go(func() { _ = arrive() })
	}
	_ = slow.Close()
}
