package postgres

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
	"github.com/stormlock/stormlock/test/servers"
)

func TestLateTakeTakesNothing(t *testing.T) {
	t.Parallel()
	opened, conn, _ := start(t)
	b := opened.(*backend)
	for name, meanwhile := range backendtest.Overtaking {
		for _, counter := range []string{"new", "counted before"} {
			w := want(name + ", " + counter)
			if counter != "new" {
				giveUp(t, b, w)
			}
			lateTake(t, b, w, func() { meanwhile(t, b, w) })
			if n := one[int](t, conn, "SELECT count(*) FROM stormlock WHERE resource = $1", w.Resource); n != 0 {
				t.Errorf("%s: the lock was taken", w.Resource)
			}
		}
	}
}

// A repeat looked while its own lease was there: release has to count also
// where it ends one.
func TestLateRepeatTakesNothing(t *testing.T) {
	t.Parallel()
	opened, conn, _ := start(t)
	b, w := opened.(*backend), want("deploy")
	acquire(t, b, w)
	lateTake(t, b, w, func() { release(t, b, w) })
	if n := one[int](t, conn, "SELECT count(*) FROM stormlock"); n != 0 {
		t.Error("the lock was taken")
	}
}

// A counter that was seen is not begun anew.
func TestLateTakeAfterTheCounterIsLost(t *testing.T) {
	t.Parallel()
	opened, conn, _ := start(t)
	b, w := opened.(*backend), want("deploy")
	giveUp(t, b, w)
	lateTake(t, b, w, func() {
		giveUp(t, b, w)
		run(t, conn, "DELETE FROM stormlock_fence")
	})
	if n := one[int](t, conn, "SELECT count(*) FROM stormlock"); n != 0 {
		t.Error("the lock was taken")
	}
}

// lateTake is an acquire whose second and third round trips, as far as its
// guards let it come, are after something else.
func lateTake(t *testing.T, b *backend, w sdk.Lease, meanwhile func()) {
	t.Helper()
	ctx := testContext(t)
	l, err := b.dial(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer l.hangUp()
	c := b.granting(w)
	deadline, err := b.begin(ctx, l, c)
	if err != nil {
		t.Fatal(err)
	}
	meanwhile()
	found, err := b.decide(ctx, l, c, deadline)
	if err != nil {
		t.Fatal(err)
	}
	if c.keep(&found) {
		if err := b.commit(ctx, l); err != nil {
			t.Error(err)
		}
	}
}

// The commit of an acquire that was given up is still on its way: release may
// not say "not held" before that is settled.
func TestReleaseWaitsForACommitOnItsWay(t *testing.T) {
	t.Parallel()
	straight, conn, base := start(t)
	for _, resource := range []string{"new", "counted before"} {
		for _, arrives := range []bool{true, false} {
			run(t, conn, "TRUNCATE stormlock, stormlock_fence")
			w := want(resource)
			if resource != "new" {
				giveUp(t, straight, w)
			}
			goOn := commitOnItsWay(t, base, w, arrives)
			got := make(chan error, 1)
			go func() { got <- straight.Release(testContext(t), w) }()
			awaitWaiting(t, conn)
			close(goOn)
			if err := <-got; arrives && err != nil || !arrives && !errors.Is(err, sdk.ErrNotHeld) {
				t.Errorf("%s, arrives: %v: %v", resource, arrives, err)
			}
			eventually(t, 20*time.Second, "the connection is gone", func() bool { return others(t, conn) == 0 })
			if n := one[int](t, conn, "SELECT count(*) FROM stormlock"); n != 0 {
				t.Errorf("%s, arrives: %v: the lock was taken", resource, arrives)
			}
		}
	}
}

// A release that waits longer than it may has not answered "not held".
func TestReleaseThatCannotCountIsUnavailable(t *testing.T) {
	t.Parallel()
	straight, conn, base := start(t)
	w := want("deploy")
	goOn := commitOnItsWay(t, base, w, true)
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	err := straight.Release(ctx, w)
	if !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("error = %v", err)
	}
	contains(t, err, "no lock was changed")
	close(goOn)
	eventually(t, 20*time.Second, "the connection is gone", func() bool { return others(t, conn) == 0 })
	release(t, straight, w)
}

// commitOnItsWay begins an acquire and gives it up when its commit has left.
// That arrives, or is lost, once the channel is closed.
func commitOnItsWay(t *testing.T, base string, w sdk.Lease, arrives bool) (goOn chan struct{}) {
	t.Helper()
	goOn = make(chan struct{})
	ctx, cancel := context.WithCancel(testContext(t))
	defer cancel()
	slow := openAt(t, Config{Connection: behind(t, base, servers.Wire{
		Hold: func(request string) {
			if isCommit(request) {
				cancel()
				<-goOn
			}
		},
		Drop: func(request string) bool { return isCommit(request) && !arrives },
	})})
	_, err := slow.Acquire(ctx, w)
	isUnknown(t, "acquire", err)
	return goOn
}

// overtake returns a backend whose requests to decide are each preceded by a
// release of something else, up to n times, and counts its connections.
func overtake(t *testing.T, straight sdk.Backend, base string, n int64) (sdk.Backend, *atomic.Int64) {
	t.Helper()
	var left, connections atomic.Int64
	left.Store(n)
	return openAt(t, Config{Connection: behind(t, base, servers.Wire{
		Connections: &connections,
		Hold: func(request string) {
			if isDecision(request) && left.Add(-1) >= 0 {
				giveUp(t, straight, want("deploy"))
			}
		},
	})}), &connections
}

func TestOvertakenAcquireLooksAgain(t *testing.T) {
	t.Parallel()
	straight, _, base := start(t)
	b, connections := overtake(t, straight, base, 2)
	w := want("deploy")
	if got := acquire(t, b, w); !sdk.SameID(got.ID, w.ID) || connections.Load() != 3 {
		t.Errorf("%+v over %d connections, want 3", got, connections.Load())
	}
}

func TestAcquireIsNotOvertakenForEver(t *testing.T) {
	t.Parallel()
	straight, conn, base := start(t)
	b, connections := overtake(t, straight, base, maxAttempts+1)
	_, err := b.Acquire(testContext(t), want("deploy"))
	if !errors.Is(err, sdk.ErrUnavailable) || connections.Load() != maxAttempts {
		t.Errorf("%v after %d attempts", err, connections.Load())
	}
	contains(t, err, `resource "deploy"`, "was not taken", "try again")
	if n := one[int](t, conn, "SELECT count(*) FROM stormlock"); n != 0 {
		t.Error("the lock was taken")
	}
}

// Overtaken by who holds it now: that is told at once.
func TestAcquireOvertakenByAGrantIsHeld(t *testing.T) {
	t.Parallel()
	straight, _, base := start(t)
	b := openAt(t, Config{Connection: behind(t, base, servers.Wire{
		Hold: first(isDecision, func() { acquire(t, straight, want("deploy")) }),
	})})
	if _, err := b.Acquire(testContext(t), want("deploy")); !errors.Is(err, sdk.ErrHeld) {
		t.Errorf("error = %v", err)
	}
}

// Release that finds nothing has to write: what keeps it from that is no
// "not held".
func TestReleaseThatMayNotCountIsRefused(t *testing.T) {
	t.Parallel()
	_, conn, at := start(t)
	user := role(t, conn)
	grant(t, conn, user, privileges[:6]) // none to write counters
	b := openAt(t, Config{Connection: asUser(t, at, user, "")})
	if err := b.Release(testContext(t), want("deploy")); !errors.Is(err, sdk.ErrRefused) {
		t.Errorf("error = %v", err)
	}
}

func TestUnansweredCountIsUnknown(t *testing.T) {
	t.Parallel()
	_, _, base := start(t)
	broken := openAt(t, Config{Connection: behind(t, base, servers.Wire{Lose: isCommit})})
	isUnknown(t, "release", broken.Release(testContext(t), want("deploy")))
}

// Acquires, releases and releases of nothing race: there is one holder, fences
// grow, and each answer is certain.
func TestRacesWithReleasesOfNothing(t *testing.T) {
	t.Parallel()
	b, _, _ := start(t)
	var running sync.WaitGroup
	var holders, grants, releases atomic.Int64
	var fence uint64 // the holder's
	end := time.Now().Add(2 * time.Second)
	take := func() {
		lease, err := b.Acquire(testContext(t), want("deploy"))
		if err != nil {
			if !errors.Is(err, sdk.ErrHeld) && !errors.Is(err, sdk.ErrUnavailable) {
				t.Errorf("acquire: %v", err)
			}
			return
		}
		if holders.Add(1) != 1 || lease.Fence <= fence {
			t.Errorf("%d holders; fence %d follows %d", holders.Load(), lease.Fence, fence)
		}
		fence = lease.Fence
		grants.Add(1)
		holders.Add(-1)
		release(t, b, lease)
	}
	for range 4 {
		running.Go(func() {
			for time.Now().Before(end) {
				take()
			}
		})
	}
	for range 2 {
		running.Go(func() {
			for time.Now().Before(end) {
				giveUp(t, b, want("deploy"))
				releases.Add(1)
			}
		})
	}
	running.Wait()
	t.Logf("%d grants, %d releases of nothing", grants.Load(), releases.Load())
	if grants.Load() == 0 {
		t.Error("nobody got the lock")
	}
}
