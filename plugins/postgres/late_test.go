package postgres

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
	"github.com/stormlock/stormlock/sdk/bounded"
	"github.com/stormlock/stormlock/test/servers"
)

// A lateStatement is one that writes, and what to.
type lateStatement struct {
	sql    string
	on     string
	argsOf func(resource string, deadline int64) []any
}

var late = map[string]lateStatement{
	"take":     {sqlTake, "free", takeArgs},
	"takeover": {sqlTake, "over", takeArgs},
	"repeat":   {sqlRepeat, "held", func(r string, d int64) []any { return []any{r, pythonUUID, d} }},
	"renew":    {sqlRenew, "held", func(r string, d int64) []any { return []any{r, pythonUUID, d, 60} }},
	"void":     {sqlVoid, "held", func(r string, d int64) []any { return []any{r, d} }},
	"release":  {sqlRelease, "held", func(r string, d int64) []any { return []any{r, pythonUUID, d} }},
}

func takeArgs(resource string, deadline int64) []any {
	return []any{resource, pythonUUID, "ana", "", 60, deadline, nil}
}

// Each statement heeds the deadline by itself, whatever comes before and after.
func TestLateStatementsWriteNothing(t *testing.T) {
	t.Parallel()
	_, conn, at := start(t)
	names, err := parseTable("")
	if err != nil {
		t.Fatal(err)
	}
	pythonLock(t, conn, "held", inAMinute(t, conn), pythonID)
	pythonLock(t, conn, "over", "2025-11-22", pythonID)
	before := dump(t, conn)
	exec := connect(t, at+"&default_query_exec_mode=exec")
	for name, c := range late {
		now := one[int64](t, conn, "SELECT "+sqlNow)
		run(t, exec, names.sql(c.sql), c.argsOf(c.on, now-1)...)
		if after := dump(t, conn); after != before {
			t.Fatalf("a late %s changed\n%s to\n%s", name, before, after)
		}
	}
	for name, c := range late {
		run(t, exec, names.sql(c.sql), c.argsOf(c.on, time.Now().Add(time.Hour).UnixMicro())...)
		after := dump(t, conn)
		if after == before {
			t.Errorf("a %s in time changes nothing", name)
		}
		run(t, conn, "TRUNCATE stormlock, stormlock_fence")
		pythonLock(t, conn, "held", inAMinute(t, conn), pythonID)
		pythonLock(t, conn, "over", "2025-11-22", pythonID)
		before = dump(t, conn)
	}
}

// A commit that comes after its deadline takes no lock that nobody knows of:
// the server has ended the transaction by then.
func TestLateCommitTakesNoLock(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"acquire", "renew", "release"} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			unhurried(t, func(limit time.Duration) bool { return lateCommit(t, operation, limit) })
		})
	}
}

// lateCommit tells whether there was a commit.
func lateCommit(t *testing.T, operation string, limit time.Duration) bool {
	_, conn, base := start(t)
	if operation != "acquire" {
		pythonLock(t, conn, "data", inAMinute(t, conn), pythonID)
	}
	rows := "SELECT coalesce(string_agg(x::text, ' '), '') FROM stormlock x"
	before := one[string](t, conn, rows)
	arrived, goOn, passed := make(chan struct{}), make(chan struct{}), make(chan struct{})
	slow := openAt(t, Config{Connection: behind(t, base, servers.Wire{
		Hold: func(request string) {
			if isDecision(request) {
				time.Sleep(limit / 2) // the time that is left now is what counts
			}
			if isCommit(request) {
				close(arrived)
				<-goOn
			}
		},
		Drop: func(request string) bool {
			if isCommit(request) {
				close(passed)
			}
			return false
		},
	})})
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	err := everything[operation](ctx, slow)
	if !closes(arrived) {
		return false
	}
	// The server's word that it is over may come just before the end.
	if errors.Is(err, sdk.ErrUnavailable) {
		contains(t, err, "25P03", "came after its deadline", "no lock was changed")
	} else {
		isUnknown(t, operation, err)
	}
	time.Sleep(200 * time.Millisecond)
	close(goOn)
	<-passed
	eventually(t, 20*time.Second, "the connection is gone", func() bool { return others(t, conn) == 0 })
	if after := one[string](t, conn, rows); after != before {
		t.Errorf("a late commit changed\n%s to\n%s", before, after)
	}
	return true
}

// The server is frozen while a request waits in its socket, and serves it once
// its sender has given up.
func TestRequestServedAfterItsDeadline(t *testing.T) {
	t.Parallel()
	_, conn, server := own(t)
	for name, stage := range stages {
		t.Run(name, func(t *testing.T) {
			var err error
			unhurried(t, func(limit time.Duration) (frozen bool) {
				frozen, err = acquireOfAFrozen(t, server, stage.at, limit)
				return frozen
			})
			if stage.certain && !errors.Is(err, sdk.ErrUnavailable) {
				t.Error(err)
			} else if !stage.certain {
				isUnknown(t, "acquire", err)
			}
			time.Sleep(100 * time.Millisecond)
			if err := server.Resume(); err != nil {
				t.Fatal(err)
			}
			eventually(t, 20*time.Second, "the session is gone", func() bool { return others(t, conn) == 0 })
			if rows := one[int](t, conn, "SELECT count(*) FROM stormlock"); rows != 0 {
				t.Errorf("%d locks were taken", rows)
			}
		})
	}
}

// acquireOfAFrozen freezes a server when it is sent a request of a stage.
func acquireOfAFrozen(t *testing.T, server *servers.PostgresServer, stage func(string) bool, limit time.Duration) (frozen bool, err error) {
	passed := make(chan struct{})
	slow := openAt(t, Config{Connection: behind(t, server.URL, servers.Wire{Hold: func(request string) {
		if stage(request) {
			if err := server.Pause(); err != nil {
				t.Error(err)
			}
			close(passed)
		}
	}})})
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	within(t, limit+backendtest.Prompt, func() { err = everything["acquire"](ctx, slow) })
	frozen = closes(passed)
	if frozen && err != nil && strings.Contains(err.Error(), "25P03") { // it was over just before
		if err := server.Resume(); err != nil {
			t.Fatal(err)
		}
		frozen = false
	}
	return frozen, err
}

// The same, for statements that waited for another session's lock: on the row,
// and on the counter that comes before it. What bounds such a wait in a call is
// switched off here.
func TestStatementsThatWaitedTooLongWriteNothing(t *testing.T) {
	t.Parallel()
	const soon = 2 * time.Second // but not before the statement waits
	_, conn, at := start(t)
	names, err := parseTable("")
	if err != nil {
		t.Fatal(err)
	}
	pythonLock(t, conn, "over", "2025-11-22", pythonID)
	run(t, conn, "INSERT INTO stormlock_fence VALUES ('over', 1), ('free', 1)")
	before := dump(t, conn)
	exec := connect(t, at+"&default_query_exec_mode=exec")
	for blocks, resource := range map[string]string{
		"UPDATE stormlock SET lease = lease":       "over",
		"UPDATE stormlock_fence SET fence = fence": "free",
	} {
		blocker := connect(t, at)
		run(t, blocker, "BEGIN")
		run(t, blocker, blocks)
		deadline := one[int64](t, conn, "SELECT "+sqlNow) + soon.Microseconds()
		var waiting sync.WaitGroup
		waiting.Go(func() {
			run(t, exec, "BEGIN")
			args := takeArgs(resource, deadline)
			args[len(args)-1] = 1 // the counter as it is
			run(t, exec, names.sql(sqlTake), args...)
		})
		awaitWaiting(t, conn)
		time.Sleep(soon)
		run(t, blocker, "ROLLBACK")
		waiting.Wait()
		// The counter may be bumped: it is undone with the rest.
		if n := one[int](t, exec, "SELECT count(*) FROM stormlock WHERE principal = 'ana'"); n != 0 {
			t.Errorf("%s: the lock was taken", blocks)
		}
		run(t, exec, "ROLLBACK")
	}
	if after := dump(t, conn); after != before {
		t.Errorf("changed\n%s to\n%s", before, after)
	}
}

// The answer to a late decision is not acted upon.
func TestLateDecisionIsUnavailable(t *testing.T) {
	t.Parallel()
	opened, _, _ := start(t)
	b, ctx := opened.(*backend), testContext(t)
	acquire(t, b, want("deploy"))
	l, err := b.dial(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer l.hangUp()
	deadline, err := b.begin(ctx, l, change{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.decide(ctx, l, change{resource: "deploy", queue: func(*pgx.Batch, *row, int64) {}}, deadline-time.Hour.Microseconds())
	if !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("error = %v", err)
	}
	contains(t, err, "came after its deadline", "no lock was changed", b.where)
}

func TestDeadlineIsOnTheServersClock(t *testing.T) {
	t.Parallel()
	opened, _, _ := start(t)
	b := opened.(*backend)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	l, err := b.dial(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer l.hangUp()
	micros, err := b.begin(ctx, l, change{})
	if err != nil {
		t.Fatal(err)
	}
	end, _ := ctx.Deadline()
	if early := end.Sub(time.UnixMicro(micros)); early < 0 || early > 2*time.Second {
		t.Errorf("the deadline is %s before the context's", early)
	}
}

func TestEveryCallIsBounded(t *testing.T) {
	t.Parallel()
	b := openAt(t, Config{Connection: "host=127.0.0.1 dbname=locks"}).(*backend)
	ctx, cancel := b.bounded(context.Background())
	defer cancel()
	if end, ok := ctx.Deadline(); !ok || time.Until(end) > bounded.CallTimeout {
		t.Errorf("deadline %s, %v", end, ok)
	}
	for _, limit := range []time.Duration{time.Second, time.Hour} {
		given, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		kept, cancel := b.bounded(given)
		defer cancel()
		want, _ := given.Deadline()
		if end, _ := kept.Deadline(); !end.Equal(want) {
			t.Errorf("the caller's deadline became %s", end)
		}
	}
}
