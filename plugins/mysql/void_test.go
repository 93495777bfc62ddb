package mysql

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
	"github.com/stormlock/stormlock/test/servers"
)

// A take that left is passed on only when its sender has given up and something
// else has happened.
func TestLateTakeTakesNothing(t *testing.T) {
	t.Parallel()
	straight, conn, p := start(t)
	for name, meanwhile := range backendtest.Overtaking {
		for _, counter := range []string{"new", "counted before"} {
			w := want(name + ", " + counter)
			if counter != "new" {
				giveUp(t, straight, w)
			}
			goOn, passed := takeOnItsWay(t, p, w)
			meanwhile(t, straight, w)
			if counter == "new" { // a row to take, as Python or an acquire would leave it
				run(t, conn, "INSERT INTO stormlock (resource, lease, principal, created, expires) VALUES (?, ?, 'x', '2001-01-01', '2001-01-01') ON DUPLICATE KEY UPDATE lease = lease", w.Resource, bytesOf(pythonHex))
			}
			close(goOn)
			<-passed
			eventually(t, 20*time.Second, "the connection is gone", func() bool { return sessions(t, conn) == 0 })
			if n := one[int](t, conn, "SELECT COUNT(*) FROM stormlock WHERE principal = 'ana@ops' AND expires > SYSDATE(6)"); n != 0 {
				t.Errorf("%s: the lock was taken", w.Resource)
			}
		}
	}
}

// The same request takes the lock where nothing has happened: what keeps it from
// that above is the counter. That is settled by a repeat.
func TestLateTakeWithoutARelease(t *testing.T) {
	t.Parallel()
	straight, conn, p := start(t)
	w := want("deploy")
	goOn, passed := takeOnItsWay(t, p, w)
	close(goOn)
	<-passed
	eventually(t, 20*time.Second, "it is taken", func() bool { return len(list(t, straight, "")) == 1 })
	before := locks(t, conn)
	if got := acquire(t, straight, w); !sdk.SameID(got.ID, w.ID) || locks(t, conn) != before {
		t.Errorf("repeat: %+v", got)
	}
}

// takeOnItsWay begins an acquire and gives it up when its take has left. That
// arrives once the first channel is closed, and has once the second is.
func takeOnItsWay(t *testing.T, p place, w sdk.Lease) (goOn, passed chan struct{}) {
	t.Helper()
	goOn, passed = make(chan struct{}), make(chan struct{})
	ctx, cancel := context.WithCancel(testContext(t))
	defer cancel()
	slow := openAt(t, p.behind(t, servers.Wire{
		Hold: first(isTake, func() { cancel(); <-goOn }),
		Drop: func(request string) bool {
			first := isTake(request)
			if first {
				time.AfterFunc(50*time.Millisecond, func() { close(passed) })
			}
			return false
		},
	}))
	_, err := slow.Acquire(ctx, w)
	isUnknown(t, "acquire", err)
	return goOn, passed
}

// A counter that was seen and is gone is not begun anew by what saw it.
func TestLateTakeAfterTheCounterIsLost(t *testing.T) {
	t.Parallel()
	straight, conn, p := start(t)
	w := want("deploy")
	giveUp(t, straight, w)
	goOn, passed := takeOnItsWay(t, p, w)
	giveUp(t, straight, w)
	run(t, conn, "DELETE FROM stormlock_fence")
	giveUp(t, straight, w)
	close(goOn)
	<-passed
	eventually(t, 20*time.Second, "the connection is gone", func() bool { return sessions(t, conn) == 0 })
	if names := list(t, straight, ""); len(names) != 0 {
		t.Error("the lock was taken")
	}
}

// A take waits at the server for another session: release may not say "not held"
// before it is settled.
func TestReleaseWaitsForATakeAtTheServer(t *testing.T) {
	t.Parallel()
	b, conn, p := start(t)
	w := want("deploy")
	acquire(t, b, w)
	run(t, conn, endLease, "deploy")
	again := want("deploy")
	blocker := lockRow(t, p, "stormlock", "deploy")
	took := make(chan error, 1)
	go func() { _, err := b.Acquire(testContext(t), again); took <- err }()
	eventually(t, 20*time.Second, "it waits", func() bool { return waiting(t, conn) == 1 })
	gave := make(chan error, 1)
	go func() { gave <- b.Release(testContext(t), again) }()
	eventually(t, 20*time.Second, "both wait", func() bool { return waiting(t, conn) == 2 })
	blocker()
	if err := <-gave; err != nil {
		t.Errorf("release: %v", err)
	}
	if err := <-took; err != nil {
		t.Errorf("acquire: %v", err)
	}
	if names := list(t, b, ""); len(names) != 0 {
		t.Errorf("it is held: %q", names)
	}
}

// lockRow locks a row in a transaction of its own, until what it returns is called.
func lockRow(t testing.TB, p place, table, resource string) (unlock func()) {
	t.Helper()
	tx, err := connect(t, p).BeginTx(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := tx.QueryRow("SELECT 1 FROM "+table+" WHERE resource = ? FOR UPDATE", resource).Scan(&n); err != nil {
		t.Fatal(err)
	}
	unlock = func() { _ = tx.Rollback() }
	t.Cleanup(unlock)
	return unlock
}

// A release that cannot count has not answered "not held".
func TestReleaseThatCannotCountIsUnavailable(t *testing.T) {
	t.Parallel()
	b, _, p := start(t)
	w := want("deploy")
	giveUp(t, b, w)
	unlock := lockRow(t, p, "stormlock_fence", "deploy")
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Second)
	defer cancel()
	err := b.Release(ctx, w)
	if !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("error = %v", err)
	}
	contains(t, err, "error 1205", "no lock was changed")
	unlock()
	giveUp(t, b, w)
}

// overtake returns a backend whose takes are each preceded by a release of
// something else, up to n times, and counts its takes.
func overtake(t *testing.T, straight sdk.Backend, p place, n int64) (sdk.Backend, *atomic.Int64) {
	t.Helper()
	var left, takes atomic.Int64
	left.Store(n)
	return openAt(t, p.behind(t, servers.Wire{Hold: func(request string) {
		if isTake(request) {
			takes.Add(1)
			if left.Add(-1) >= 0 {
				giveUp(t, straight, want("deploy"))
			}
		}
	}})), &takes
}

func TestOvertakenAcquireLooksAgain(t *testing.T) {
	t.Parallel()
	straight, _, p := start(t)
	b, takes := overtake(t, straight, p, 2)
	w := want("deploy")
	if got := acquire(t, b, w); !sdk.SameID(got.ID, w.ID) || takes.Load() != 3 {
		t.Errorf("%+v with %d takes, want 3", got, takes.Load())
	}
}

func TestAcquireIsNotOvertakenForEver(t *testing.T) {
	t.Parallel()
	straight, _, p := start(t)
	b, _ := overtake(t, straight, p, maxAttempts+1)
	_, err := b.Acquire(testContext(t), want("deploy"))
	if !errors.Is(err, sdk.ErrUnavailable) {
		t.Error(err)
	}
	contains(t, err, `resource "deploy"`, "was not changed", "try again")
	if names := list(t, straight, ""); len(names) != 0 {
		t.Error("the lock was taken")
	}
}

// Overtaken by who holds it now: that is told.
func TestAcquireOvertakenByAGrantIsHeld(t *testing.T) {
	t.Parallel()
	straight, _, p := start(t)
	b := openAt(t, p.behind(t, servers.Wire{Hold: first(isTake, func() { acquire(t, straight, want("deploy")) })}))
	if _, err := b.Acquire(testContext(t), want("deploy")); !errors.Is(err, sdk.ErrHeld) {
		t.Error(err)
	}
}

// The lease ends, and another takes the lock, between the look of its holder and
// the request that decides.
func TestTakenOverMeanwhileIsNotHeld(t *testing.T) {
	t.Parallel()
	straight, conn, p := start(t)
	for operation, at := range map[string]func(string) bool{"renew": isRenew, "release": isDelete} {
		run(t, conn, "DELETE FROM stormlock")
		acquire(t, straight, held())
		var other sdk.Lease
		b := openAt(t, p.behind(t, servers.Wire{Hold: first(at, func() {
			run(t, conn, endLease, "data")
			other = acquire(t, straight, want("data"))
		})}))
		if err := everything[operation](testContext(t), b); !errors.Is(err, sdk.ErrNotHeld) {
			t.Errorf("%s: %v", operation, err)
		}
		got, err := straight.Current(testContext(t), "data")
		if err != nil {
			t.Fatalf("%s: %v", operation, err)
		}
		same(t, got, other)
		about(t, got.TTL, time.Minute)
	}
}

// A refused acquire writes nothing, and a lock that is given back leaves none.
func TestRefusedAcquireWritesNothing(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	acquire(t, b, want("deploy"))
	before := everywhere(t, conn)
	if _, err := b.Acquire(testContext(t), want("deploy")); !errors.Is(err, sdk.ErrHeld) {
		t.Error(err)
	}
	if after := everywhere(t, conn); after != before {
		t.Errorf("changed\n%s to\n%s", before, after)
	}
}
