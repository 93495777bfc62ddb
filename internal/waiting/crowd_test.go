package waiting

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A crowd waits for one lock, each of them by a Wait of its own.
type crowd struct {
	ttl  time.Duration // of each lease
	hold time.Duration // until it is released, if that is before its end

	mu       sync.Mutex
	taken    time.Time // when the lock was taken, zero if it is free
	requests []time.Time
	got      []time.Duration // when each had it
}

// left is the time left on the current lease, 0 if there is none.
func (c *crowd) left() time.Duration {
	if c.taken.IsZero() || time.Since(c.taken) >= min(c.ttl, c.hold) {
		return 0
	}
	return c.ttl - time.Since(c.taken)
}

// ask is what a question does: look, which takes a moment, and take the lock if it
// was free. Another may have been quicker.
func (c *crowd) ask(ctx context.Context) (left time.Duration, done bool) {
	if left := c.look(false); left > 0 {
		return left, false
	}
	time.Sleep(20 * time.Millisecond)
	left = c.look(true)
	return left, left == 0
}

// look makes a request, which takes the lock if it is free and wanted.
func (c *crowd) look(want bool) (left time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests = append(c.requests, time.Now())
	if left = c.left(); left == 0 && want {
		c.taken = time.Now()
	}
	return left
}

// wait has so many wait for a lock that is just taken, and returns how long that
// took all of them.
func (c *crowd) wait(t *testing.T, size int) time.Duration {
	t.Helper()
	clock := newClock()
	c.taken = time.Now()
	var all sync.WaitGroup
	for range size {
		all.Go(func() {
			if err := (Wait{Now: clock.now}).Until(t.Context(), c.left(), c.ask); err != nil {
				t.Error(err)
			}
			c.mu.Lock()
			defer c.mu.Unlock()
			c.got = append(c.got, time.Duration(clock.now()))
		})
	}
	all.Wait()
	return time.Duration(clock.now())
}

// busiest is how many requests came within a second at most.
func (c *crowd) busiest() (most int) {
	for i, at := range c.requests {
		end, _ := slices.BinarySearchFunc(c.requests, at.Add(time.Second), time.Time.Compare)
		most = max(most, end-i)
	}
	return most
}

// TestNobodyStarves: of a hundred who wait, each gets the lock, in not much more time
// than they hold it, and the store is asked little.
func TestNobodyStarves(t *testing.T) {
	const size = 100
	for _, test := range []struct {
		name      string
		ttl, hold time.Duration
		perTurn   time.Duration // from one to the next, on average
		rate      float64       // requests a second, on average
		burst     int           // requests in a second, at most
	}{
		{"released early", 5 * time.Minute, 3 * time.Second, 4 * time.Second, 25, 60},
		{"left to end", 5 * time.Second, time.Hour, 6 * time.Second, 35, 90},
		{"as short as can be", time.Second, time.Hour, 2 * time.Second, 60, 130},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := &crowd{ttl: test.ttl, hold: test.hold}
				took := c.wait(t, size)
				rate := float64(len(c.requests)) / took.Seconds()
				t.Logf("%d in turn in %v, %.1f requests/s, at most %d in a second", len(c.got), took, rate, c.busiest())
				if len(c.got) != size || took > size*test.perTurn {
					t.Errorf("%d had the lock in %v, want %d in %v", len(c.got), took, size, size*test.perTurn)
				}
				if rate > test.rate || c.busiest() > test.burst {
					t.Errorf("%.1f requests/s, at most %d in a second; want %.0f and %d", rate, c.busiest(), test.rate, test.burst)
				}
			})
		})
	}
}

// TestChancesDoNotFade: who has waited for long gets the lock as soon as who has just
// come. One waits for it together with many who come again each time.
func TestChancesDoNotFade(t *testing.T) {
	const others, rounds = 9, 400
	synctest.Test(t, func(t *testing.T) {
		c := &crowd{ttl: time.Minute, hold: 2 * time.Second}
		ctx, cancel := context.WithCancel(t.Context())
		clock, turns := newClock(), make([]int, others+1)
		var all sync.WaitGroup
		for i := range turns {
			all.Go(func() {
				for (Wait{Now: clock.now}).Until(ctx, time.Minute, c.ask) == nil {
					turns[i]++
				}
			})
		}
		time.Sleep(rounds * 3 * time.Second)
		cancel()
		all.Wait()
		t.Log(turns)
		for _, n := range turns {
			if mean := rounds / len(turns); n < mean/3 || n > 3*mean {
				t.Errorf("turns %v are far from even", turns)
			}
		}
	})
}
