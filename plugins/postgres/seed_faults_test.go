//go:build seeded

package postgres

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// seed puts a fault in for one test, which is not run in parallel.
func seed(t *testing.T, plant func()) {
	t.Helper()
	all := []*string{&sqlCreateTable, &sqlTables, &sqlBegin, &sqlFinish, &sqlSeen, &sqlRepeat, &sqlTake, &sqlRenew, &sqlVoid, &sqlRelease}
	was := make([]string, len(all))
	for i, statement := range all {
		was[i] = *statement
	}
	t.Cleanup(func() {
		for i, statement := range all {
			*statement = was[i]
		}
	})
	plant()
}

func TestSeedWithoutTimeZone(t *testing.T) {
	seed(t, func() { seedWithoutTimeZone(0) })
	b, conn, _ := start(t)
	everyOperation(t, b, "data")
	lease := acquire(t, b, want("deploy"))
	if kind := one[string](t, conn, "SELECT pg_typeof(expires)::text FROM stormlock"); kind != naiveTime {
		t.Errorf("expires is a %s", kind)
	}
	if _, err := b.Acquire(testContext(t), want("deploy")); !errors.Is(err, sdk.ErrHeld) {
		t.Errorf("in the same zone: %v", err)
	}
	seed(t, func() { sqlBegin = swap(sqlBegin, "Asia/Tokyo", "America/New_York") })
	if _, err := b.Acquire(testContext(t), want("deploy")); !errors.Is(err, sdk.ErrHeld) {
		t.Errorf("in a zone to the west: %v", err)
	}
	release(t, b, lease)
	acquire(t, b, want("deploy"))
	seed(t, func() { sqlBegin = swap(sqlBegin, "America/New_York", "Asia/Tokyo") })
	acquire(t, b, want("deploy")) // a second holder
}

func TestSeedWithoutTimeZoneGivesEachProcessItsOwn(t *testing.T) {
	seen := map[string]bool{}
	for pid := range 3 {
		t.Run("", func(t *testing.T) {
			seed(t, func() { seedWithoutTimeZone(pid) })
			seen[sqlBegin] = true
		})
	}
	if len(seen) != 3 {
		t.Errorf("%d zones", len(seen))
	}
}

// A fence that was drawn before another was granted is granted after it.
func TestSeedFenceDefault(t *testing.T) {
	seed(t, seedFenceDefault)
	opened, conn, _ := start(t)
	b, w := opened.(*backend), want("deploy")
	var first sdk.Lease
	lateTake(t, b, w, func() {
		first = acquire(t, b, want("deploy"))
		release(t, b, first)
	})
	if late := one[uint64](t, conn, "SELECT fence FROM stormlock"); late >= first.Fence {
		t.Errorf("fence %d follows %d", late, first.Fence)
	}
	release(t, b, w)
	everyOperation(t, b, "data")
}

// The commit of an acquire comes long after its deadline, and after its sender
// was told that it is not held.
func TestSeedNoDeadline(t *testing.T) {
	seed(t, seedNoDeadline)
	unhurried(t, func(limit time.Duration) bool { return takenByALateCommit(t, limit) })
}

// takenByALateCommit tells whether there was a commit.
func takenByALateCommit(t *testing.T, limit time.Duration) bool {
	straight, conn, base := start(t)
	everyOperation(t, straight, "data")
	w := want("deploy")
	arrived, goOn := make(chan struct{}), make(chan struct{})
	slow := openAt(t, Config{Connection: behind(t, base, servers.Wire{Hold: func(request string) {
		if isCommit(request) {
			close(arrived)
			<-goOn
		}
	}})})
	ctx, cancel := context.WithTimeout(testContext(t), limit)
	defer cancel()
	_, err := slow.Acquire(ctx, w)
	if !closes(arrived) {
		return false
	}
	isUnknown(t, "acquire", err)
	giveUp(t, straight, w)
	time.Sleep(limit) // past what the server would have waited for
	close(goOn)
	eventually(t, 20*time.Second, "the connection is gone", func() bool { return others(t, conn) == 0 })
	if n := one[int](t, conn, "SELECT count(*) FROM stormlock"); n != 1 {
		t.Errorf("%d locks were taken", n)
	}
	return true
}

func TestSeedNoDeadlineOfStatements(t *testing.T) {
	seed(t, seedNoDeadline)
	opened, conn, _ := start(t)
	b, w := opened.(*backend), want("deploy")
	lateTake(t, b, w, func() { release(t, b, acquire(t, b, want("deploy"))) })
	if n := one[int](t, conn, "SELECT count(*) FROM stormlock"); n != 1 {
		t.Errorf("%d locks were taken", n)
	}
}

func TestSeedRenewWithoutExpiry(t *testing.T) {
	seed(t, seedRenewWithoutExpiry)
	b, conn, _ := start(t)
	lease := acquire(t, b, want("deploy"))
	run(t, conn, endLease, "deploy")
	if _, err := b.Renew(testContext(t), lease); err != nil {
		t.Errorf("renew of an ended lease: %v", err)
	}
	if got, err := b.Current(testContext(t), "deploy"); err != nil || got.ID != lease.ID {
		t.Errorf("current: %+v, %v", got, err)
	}
}
