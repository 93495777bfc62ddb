package mysql

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// Many take one lock at once, of which some is ours and some Python's: there is
// one holder at any time, and fences grow in the order of the grants.
func TestHammer(t *testing.T) {
	t.Parallel()
	b, conn, p := start(t)
	var holders, grants atomic.Int64
	var mu sync.Mutex
	var last uint64
	var working sync.WaitGroup
	hold := func() {
		if n := holders.Add(1); n != 1 {
			t.Errorf("%d hold the lock", n)
		}
		time.Sleep(time.Millisecond)
		holders.Add(-1)
		grants.Add(1)
	}
	end := time.Now().Add(4 * time.Second)
	for range 6 {
		working.Go(func() {
			for time.Now().Before(end) {
				lease, err := b.Acquire(testContext(t), want("hot"))
				switch {
				case errors.Is(err, sdk.ErrHeld), errors.Is(err, sdk.ErrUnavailable):
					continue
				case err != nil:
					t.Error(err)
					return
				}
				mu.Lock()
				if lease.Fence <= last {
					t.Errorf("fence %d after %d", lease.Fence, last)
				}
				last = lease.Fence
				mu.Unlock()
				hold()
				release(t, b, lease)
			}
		})
	}
	for range 2 {
		python := connect(t, p)
		working.Go(func() {
			for time.Now().Before(end) {
				id := bytesOf(sdk.NewID())
				run(t, python, pythonAcquire, "hot", id)
				if one[int](t, python, "SELECT COUNT(*) FROM stormlock WHERE resource = 'hot' AND lease = ? AND expires > NOW()", id) == 1 {
					hold()
					run(t, python, pythonRelease, "hot", id)
				}
			}
		})
	}
	working.Wait()
	if grants.Load() < 20 {
		t.Errorf("%d grants", grants.Load())
	}
	if n := one[int](t, conn, "SELECT COUNT(*) FROM stormlock WHERE expires > NOW()"); n != 0 {
		t.Errorf("%d locks are left", n)
	}
}
