package postgres

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// A standby answers from a past that may be over: nothing is asked of it, not
// even who holds a lock.
func TestStandbyDoesNotAnswer(t *testing.T) {
	t.Parallel()
	b, conn, primary := own(t)
	acquire(t, b, want("data"))
	standby := servers.PostgresStandby(t, primary)
	behind := connect(t, standby.URL)
	eventually(t, 20*time.Second, "the standby follows", func() bool {
		return one[int](t, behind, "SELECT count(*) FROM stormlock") == 1
	})
	before := dump(t, conn)
	for where, c := range map[string]Config{
		"alone":    {Connection: standby.URL},
		"twice":    {Connection: at(t, standby.URL, standby.Addr+",localhost:"+portOf(standby.Addr))},
		"asked to": {Connection: standby.URL + "&target_session_attrs=standby"},
	} {
		b := openAt(t, c)
		for name, operate := range everything {
			err := operate(testContext(t), b)
			if !errors.Is(err, sdk.ErrUnavailable) {
				t.Errorf("%s, %s: %v", where, name, err)
			}
			contains(t, err, standby.Addr, "standby", "read-only", `give the primary in "connection"`)
		}
	}
	if after := dump(t, conn); after != before {
		t.Errorf("changed\n%s to\n%s", before, after)
	}

	either := openAt(t, Config{Connection: at(t, primary.URL, standby.Addr+","+primary.Addr)})
	everyOperation(t, either, "deploy")

	caughtUp(t, conn, behind)
	primary.Stop()
	run(t, behind, "SELECT pg_promote()")
	got, err := either.Current(testContext(t), "data")
	if err != nil || got.Principal != "ana@ops" {
		t.Errorf("after the promotion: %+v, %v", got, err)
	}
	if next := acquire(t, either, want("deploy")); next.Fence <= got.Fence {
		t.Errorf("fence %d follows %d", next.Fence, got.Fence)
	}
}

// caughtUp waits until a standby has all that the primary has.
func caughtUp(t *testing.T, primary, standby *pgx.Conn) {
	t.Helper()
	written := one[string](t, primary, "SELECT pg_current_wal_lsn()::text")
	eventually(t, 20*time.Second, "the standby has it all", func() bool {
		return one[bool](t, standby, "SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn", written)
	})
}

// What replication by default does not promise: a lock that was acknowledged is
// lost if the primary fails before the standby has it.
func TestFailoverLosesWhatWasNotReplicated(t *testing.T) {
	t.Parallel()
	b, conn, primary := own(t)
	acquire(t, b, want("before"))
	standby := servers.PostgresStandby(t, primary)
	behind := connect(t, standby.URL)
	caughtUp(t, conn, behind)
	run(t, behind, "ALTER SYSTEM SET primary_conninfo = ''")
	run(t, behind, "SELECT pg_reload_conf()")
	eventually(t, 20*time.Second, "the standby receives no more", func() bool {
		return one[int](t, behind, "SELECT count(*) FROM pg_stat_wal_receiver") == 0
	})
	lost := acquire(t, b, want("deploy"))
	primary.Stop()
	run(t, behind, "SELECT pg_promote()")
	b = openAt(t, Config{Connection: standby.URL})
	if _, err := b.Current(testContext(t), "before"); err != nil {
		t.Errorf("what was replicated: %v", err)
	}
	next := acquire(t, b, want("deploy"))
	if next.Fence <= lost.Fence {
		t.Errorf("fence %d follows the lost %d", next.Fence, lost.Fence)
	}
}

func portOf(addr string) string { return addr[len("127.0.0.1:"):] }

// Where a commit waits for a standby, a lock that is not known to be there is
// never reported as taken: not when the wait is cut short, and not when the
// same acquire is repeated.
func TestCommitThatIsNotReplicatedIsUnknown(t *testing.T) {
	t.Parallel()
	b, conn, _ := own(t)
	names := func(standbys string) {
		run(t, conn, "ALTER SYSTEM SET synchronous_standby_names = '"+standbys+"'")
		run(t, conn, "SELECT pg_reload_conf()")
		eventually(t, 20*time.Second, "the setting holds", func() bool { return one[string](t, conn, "SHOW synchronous_standby_names") == standbys })
	}
	names("nobody")
	run(t, conn, "SET synchronous_commit = local") // for the test's own commits

	w := want("deploy")
	ctx, cancel := context.WithTimeout(context.Background(), 6*time.Second)
	defer cancel()
	_, err := b.Acquire(ctx, w)
	isUnknown(t, "acquire", err)
	contains(t, err, "no answer to the commit", "no answer in time")

	const waiting = "FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
	run(t, conn, "SELECT pg_cancel_backend(pid) "+waiting)
	eventually(t, 20*time.Second, "nobody waits", func() bool { return one[int](t, conn, "SELECT count(*) "+waiting) == 0 })
	if one[int](t, conn, "SELECT count(*) FROM stormlock") != 1 {
		t.Fatal("the lock is not there for others to see")
	}

	for _, cut := range []string{"pg_cancel_backend", "pg_terminate_backend"} {
		repeat := make(chan error, 1)
		go func() { repeat <- errorOf(b.Acquire(testContext(t), w)) }()
		eventually(t, 20*time.Second, "the repeat waits too", func() bool { return one[int](t, conn, "SELECT count(*) "+waiting) == 1 })
		run(t, conn, "SELECT "+cut+"(pid) "+waiting)
		isUnknown(t, "repeat", <-repeat)
	}

	names("")
	acquire(t, b, w)
}
