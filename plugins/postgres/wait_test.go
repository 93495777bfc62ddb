package postgres

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// A request waits for a row that another session has locked, no longer than its
// deadline, says so, and changes nothing afterwards.
func TestWaitForARowEndsWithTheRequest(t *testing.T) {
	t.Parallel()
	b, conn, at := start(t)
	acquire(t, b, want("over"))
	run(t, conn, endLease, "over")
	pythonLock(t, conn, "data", inAMinute(t, conn), pythonID)
	before := dump(t, conn)
	blocker := lockRow(t, at)
	var waiting sync.WaitGroup
	var waited atomic.Int64
	for name, operate := range map[string]func(context.Context, sdk.Backend) error{
		"acquire": func(ctx context.Context, b sdk.Backend) error { return errorOf(b.Acquire(ctx, want("over"))) },
		"repeat":  everything["acquire"],
		"renew":   everything["renew"],
		"release": everything["release"],
	} {
		waiting.Go(func() {
			err := untilSaid(t, "(SQLSTATE 5", func(ctx context.Context) error { return operate(ctx, b) })
			if !errors.Is(err, sdk.ErrUnavailable) {
				t.Errorf("%s: %v", name, err)
			}
			contains(t, err, "(SQLSTATE 5", "the lock's row", "no lock was changed")
			if strings.Contains(err.Error(), "55P03") {
				waited.Add(1)
			}
		})
	}
	waiting.Wait()
	if waited.Load() == 0 {
		t.Error("nobody was told that another session has the row")
	}
	eventually(t, 20*time.Second, "nobody waits any more", func() bool { return others(t, conn) == 1 })
	run(t, blocker, "ROLLBACK")
	if after := dump(t, conn); after != before {
		t.Errorf("changed\n%s to\n%s", before, after)
	}
}

// untilSaid repeats a call that ends at its deadline until its error has a text
// of the server's. On a busy machine that may come too late many times in a row,
// and then the deadline is all that there is to say.
func untilSaid(t *testing.T, text string, call func(ctx context.Context) error) (err error) {
	for range 30 {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		err = call(ctx)
		cancel()
		if err == nil || strings.Contains(err.Error(), text) {
			break
		}
		contains(t, err, "no answer in time; no lock was changed")
	}
	return err
}

// A lease begins when it is granted, not when it was asked for: a wait for
// another session must not cost the holder of its time, nor may anybody be
// granted a lock that another took meanwhile.
func TestWaitForARowCostsNoTime(t *testing.T) {
	t.Parallel()
	b, conn, at := start(t)
	acquire(t, b, want("over"))
	run(t, conn, endLease, "over")
	blocker := lockRow(t, at)
	got := make(chan sdk.Lease, 1)
	go func() {
		lease, err := b.Acquire(testContext(t), want("over"))
		if err != nil {
			t.Error(err)
		}
		got <- lease
	}()
	awaitWaiting(t, conn)
	time.Sleep(300 * time.Millisecond)
	freed := one[time.Time](t, conn, "SELECT clock_timestamp()")
	run(t, blocker, "ROLLBACK")
	lease := <-got
	if lease.Created.Before(freed) {
		t.Errorf("the lease was created at %s, %s before it could be granted", lease.Created, freed.Sub(lease.Created))
	}
	if !one[bool](t, conn, "SELECT expires >= created + interval '1 minute' FROM stormlock") {
		t.Error("the lease is shorter than was asked for")
	}
}

func awaitWaiting(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	eventually(t, 20*time.Second, "somebody waits", func() bool {
		return one[int](t, conn, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") > 0
	})
}

// A row that is not a lock appears while we wait.
func TestForeignRowThatComesMeanwhile(t *testing.T) {
	t.Parallel()
	b, conn, at := start(t)
	other := connect(t, at)
	run(t, other, "BEGIN")
	run(t, other, foreignInsert(foreign["ended, principal"]), "deploy")
	got := make(chan error, 1)
	go func() { got <- errorOf(b.Acquire(testContext(t), want("deploy"))) }()
	awaitWaiting(t, conn)
	run(t, other, "COMMIT")
	if err := <-got; !errors.Is(err, sdk.ErrRefused) {
		t.Errorf("error = %v", err)
	}
	if one[int](t, conn, "SELECT count(*) FROM stormlock WHERE principal = ''") != 1 {
		t.Error("the row was changed")
	}
}

// The row that was waited for is another's by then.
func TestLockTakenMeanwhileIsHeld(t *testing.T) {
	t.Parallel()
	b, conn, at := start(t)
	acquire(t, b, want("over"))
	run(t, conn, endLease, "over")
	before := one[int64](t, conn, "SELECT fence FROM stormlock_fence")
	for _, resource := range []string{"over", "free"} {
		python := connect(t, at)
		run(t, python, "BEGIN")
		run(t, python, pythonAcquire, resource, pythonUUID)
		got := make(chan error, 1)
		go func() { got <- errorOf(b.Acquire(testContext(t), want(resource))) }()
		awaitWaiting(t, conn)
		run(t, python, "COMMIT")
		err := <-got
		held, ok := errors.AsType[*sdk.HeldError](err)
		if !ok || held.Lease.Principal != "guido@ops" || held.Lease.ID != pythonHex {
			t.Errorf("%s: %v", resource, err)
		}
	}
	if after := one[int64](t, conn, "SELECT sum(fence) FROM stormlock_fence"); after != before {
		t.Errorf("a refused acquire moved the counter from %d to %d", before, after)
	}
}

// Our own first attempt is still under way when the repeat comes.
func TestRepeatWaitsForTheFirstAttempt(t *testing.T) {
	t.Parallel()
	straight, conn, base := start(t)
	arrived, goOn := make(chan struct{}), make(chan struct{})
	slow := openAt(t, Config{Connection: behind(t, base, servers.Wire{Hold: func(request string) {
		if isCommit(request) {
			close(arrived)
			<-goOn
		}
	}})})
	w := want("deploy")
	first, second := make(chan sdk.Lease, 1), make(chan sdk.Lease, 1)
	go func() { first <- acquire(t, slow, w) }()
	<-arrived
	go func() { second <- acquire(t, straight, w) }()
	awaitWaiting(t, conn)
	close(goOn)
	same(t, <-second, <-first)
}

// All lock the counter before the row, or two of them could wait for each
// other.
func TestRepeatOfAnEndedLeaseWaitsWithoutTheRow(t *testing.T) {
	t.Parallel()
	b, conn, at := start(t)
	w := want("over")
	first := acquire(t, b, w)
	run(t, conn, endLease, "over")
	other := connect(t, at)
	run(t, other, "BEGIN")
	run(t, other, "UPDATE stormlock_fence SET fence = fence")
	got := make(chan sdk.Lease, 1)
	go func() { got <- acquire(t, b, w) }()
	awaitWaiting(t, conn)
	run(t, other, "SELECT FROM stormlock FOR UPDATE NOWAIT")
	run(t, other, "COMMIT")
	if again := <-got; again.Fence <= first.Fence || again.ID != first.ID {
		t.Errorf("%+v follows %+v", again, first)
	}
}
