package postgres

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// Behind a pool, each transaction may run over another connection, which
// others have used before.
func TestPgBouncer(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"transaction", "session"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			_, conn, base := start(t)
			bouncer := servers.PgBouncer(t, hostOf(t, base), mode, 2)
			pooled := at(t, base, bouncer.Addr)
			everyOperation(t, openAt(t, Config{Connection: pooled}), "deploy")
			setup(t, openAt(t, Config{Connection: pooled, Table: "other"}))

			var running sync.WaitGroup
			errs := make([]error, 8)
			for i := range errs {
				b := openAt(t, Config{Connection: pooled})
				running.Go(func() { errs[i] = errorOf(b.Acquire(testContext(t), want("deploy"))) })
			}
			running.Wait()
			won := 0
			for _, err := range errs {
				if err == nil {
					won++
				} else if !errors.Is(err, sdk.ErrHeld) {
					t.Error(err)
				}
			}
			if won != 1 {
				t.Errorf("%d were granted the lock", won)
			}

			// What a call set for itself is gone when another uses its connection.
			behind := connect(t, pooled+"&default_query_exec_mode=exec")
			for _, name := range []string{"statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"} {
				if got := one[string](t, behind, "SELECT current_setting('"+name+"')"); got != "0" {
					t.Errorf("%s is %s", name, got)
				}
			}
			if busy := one[int](t, conn, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()"); busy != 0 {
				t.Errorf("%d connections are left busy", busy)
			}
		})
	}
}

// The pool loses the server while a commit is under way, and says so: nobody
// knows what became of it.
func TestServerLostBehindPgBouncer(t *testing.T) {
	t.Parallel()
	_, _, server := own(t)
	bouncer := servers.PgBouncer(t, server.Addr, "transaction", 2)
	doomed := openAt(t, Config{Connection: behind(t, at(t, server.URL, bouncer.Addr), servers.Wire{Hold: func(request string) {
		if isCommit(request) {
			server.Stop()
		}
	}})})
	isUnknown(t, "acquire", everything["acquire"](testContext(t), doomed))
	ctx, cancel := context.WithTimeout(testContext(t), 500*time.Millisecond)
	defer cancel()
	if err := everything["acquire"](ctx, openAt(t, Config{Connection: at(t, server.URL, bouncer.Addr)})); !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("once it is lost: %v", err)
	}
}
