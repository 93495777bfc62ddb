package postgres

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
	"github.com/stormlock/stormlock/test/servers"
)

// Each method must return within a second of the end of its context; these
// give it half of that. Then the server goes down.
func TestServerPausedAndDown(t *testing.T) {
	t.Parallel()
	b, _, server := own(t)
	if err := server.Pause(); err != nil {
		t.Fatal(err)
	}
	for name, operate := range everything {
		for _, cancelled := range []bool{false, true} {
			ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
			want := "no answer in time"
			if cancelled {
				ctx, cancel = context.WithCancel(context.Background())
				time.AfterFunc(100*time.Millisecond, cancel)
				want = "the call was cancelled"
			}
			promptly(t, func() {
				err := operate(ctx, b)
				if !errors.Is(err, sdk.ErrUnavailable) {
					t.Errorf("%s: %v", name, err)
				}
				contains(t, err, want, server.Addr)
			})
			cancel()
		}
	}
	server.Stop()
	for name, operate := range everything {
		err := operate(testContext(t), b)
		if !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("%s, down: %v", name, err)
		}
		contains(t, err, server.Addr, "connection refused", `"connection"`)
	}
	promptly(t, func() { _ = b.Close() })
}

// A server that ends takes running calls with it; what was not committed is
// gone, also after its recovery.
func TestServerKilledMidCall(t *testing.T) {
	t.Parallel()
	for name, stage := range stages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, server := own(t)
			doomed := openAt(t, Config{Connection: behind(t, server.URL, servers.Wire{Hold: func(request string) {
				if stage.at(request) {
					server.Stop()
				}
			}})})
			err := everything["acquire"](testContext(t), doomed)
			if stage.certain {
				if !errors.Is(err, sdk.ErrUnavailable) {
					t.Errorf("%v", err)
				}
			} else {
				isUnknown(t, "acquire", err)
			}
			contains(t, err, "postgres at 127.0.0.1:")
		})
	}
}

// An administrator can end a session, or a request, at any time.
func TestSessionEndedByTheServer(t *testing.T) {
	t.Parallel()
	b, conn, base := start(t)
	lease := acquire(t, b, want("data"))
	for how, text := range map[string]string{"pg_terminate_backend": "57P01", "pg_cancel_backend": "57014); no lock was changed; the server cut the request short"} {
		blocker := lockRow(t, base)
		got := make(chan error, 1)
		go func() { _, err := b.Renew(testContext(t), lease); got <- err }()
		const waiting = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
		eventually(t, 20*time.Second, "it waits", func() bool { return one[int](t, conn, "SELECT count(*) "+waiting) == 1 })
		run(t, conn, "SELECT "+how+"(pid) "+waiting)
		err := <-got
		if !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("%s: %v", how, err)
		}
		contains(t, err, text, "no lock was changed")
		run(t, blocker, "ROLLBACK")
	}
}

// lockRow locks all rows in a transaction of its own.
func lockRow(t testing.TB, at string) *pgx.Conn {
	t.Helper()
	conn := connect(t, at)
	run(t, conn, "BEGIN")
	run(t, conn, "SELECT FROM stormlock FOR UPDATE")
	return conn
}

func TestTooManyConnections(t *testing.T) {
	t.Parallel()
	server := servers.Postgres(t, "-c", "max_connections=4", "-c", "superuser_reserved_connections=0", "-c", "max_wal_senders=0")
	for range 4 {
		connect(t, server.URL)
	}
	b := openAt(t, Config{Connection: server.URL})
	for name, operate := range everything {
		err := operate(testContext(t), b)
		if !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
		contains(t, err, "53300", "no lock was changed")
	}
}

func TestClosedBackend(t *testing.T) {
	t.Parallel()
	b, _, _ := start(t)
	backendtest.StaysClosed(t, b, everything)
}

// Close ends what still runs.
func TestCloseEndsCalls(t *testing.T) {
	t.Parallel()
	b, conn, base := start(t)
	lease := acquire(t, b, want("data"))
	lockRow(t, base)
	got := make(chan error, 1)
	go func() { _, err := b.Renew(testContext(t), lease); got <- err }()
	eventually(t, 20*time.Second, "it waits", func() bool {
		return one[int](t, conn, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 1
	})
	_ = b.Close()
	promptly(t, func() {
		if err := <-got; !errors.Is(err, sdk.ErrUnavailable) {
			t.Error(err)
		}
	})
}

// A host that is not there leaves time for the one that is.
func TestSeveralHosts(t *testing.T) {
	t.Parallel()
	_, _, base := start(t)
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	_ = gone.Close()
	b := openAt(t, Config{Connection: at(t, base, gone.Addr().String()+","+silent.Addr().String()+","+hostOf(t, base))})
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if _, err := b.Acquire(ctx, want("deploy")); err != nil {
		t.Error(err)
	}
	b = openAt(t, Config{Connection: at(t, base, gone.Addr().String()+","+silent.Addr().String())})
	ctx, cancel = context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_, err = b.Acquire(ctx, want("deploy"))
	if !errors.Is(err, sdk.ErrUnavailable) {
		t.Error(err)
	}
	contains(t, err, gone.Addr().String(), silent.Addr().String(), "connection refused; no answer in time")
}
