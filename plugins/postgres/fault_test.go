package postgres

import (
	"context"
	"errors"
	"net/url"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
	"github.com/stormlock/stormlock/test/servers"
)

// everything is each method that does I/O.
var everything = backendtest.Everything(backendtest.Operations(held()))

// own starts a server of its own, set up.
func own(t *testing.T, args ...string) (sdk.Backend, *pgx.Conn, *servers.PostgresServer) {
	t.Helper()
	server := servers.Postgres(t, args...)
	b := openAt(t, Config{Connection: server.URL})
	setup(t, b)
	return b, connect(t, server.URL), server
}

// hostOf returns the address in a URL.
func hostOf(t *testing.T, text string) string {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// stages are the moments of a change at which the way to the server breaks, and
// whether anybody can know then that nothing was written.
var stages = map[string]struct {
	at      func(string) bool
	certain bool
}{
	"begin":    {isBegin, true},
	"decision": {isDecision, true},
	"commit":   {isCommit, false},
}

func TestLostAnswer(t *testing.T) {
	t.Parallel()
	for name, stage := range stages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			straight, conn, base := start(t)
			broken := openAt(t, Config{Connection: behind(t, base, servers.Wire{Lose: stage.at})})
			for operation, call := range everything {
				run(t, conn, "TRUNCATE stormlock")
				if operation != "acquire" {
					pythonLock(t, conn, "data", inAMinute(t, conn), pythonID)
				}
				before := dump(t, conn)
				err := call(testContext(t), broken)
				reads := operation == "current" || operation == "list"
				switch {
				case operation == "setup" && name != "begin", reads && name != "begin":
					if err != nil {
						t.Errorf("%s: %v", operation, err) // these have no such stage
					}
				case stage.certain:
					if !errors.Is(err, sdk.ErrUnavailable) {
						t.Errorf("%s: %v", operation, err)
					}
					eventually(t, 20*time.Second, "all is undone", func() bool { return others(t, conn) == 0 })
					if after := dump(t, conn); after != before {
						t.Errorf("%s changed\n%s to\n%s", operation, before, after)
					}
				default:
					isUnknown(t, operation, err)
					contains(t, err, "no answer to the commit")
				}
			}

			// A repeat settles it.
			w := want("deploy")
			_, _ = broken.Acquire(testContext(t), w)
			if got := acquire(t, straight, w); !sdk.SameID(got.ID, w.ID) {
				t.Errorf("repeat: %+v", got)
			}
		})
	}
}

func TestRequestThatDoesNotArrive(t *testing.T) {
	t.Parallel()
	for name, stage := range stages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, conn, base := start(t)
			broken := openAt(t, Config{Connection: behind(t, base, servers.Wire{Drop: stage.at})})
			before := dump(t, conn)
			err := everything["acquire"](testContext(t), broken)
			if certain := errors.Is(err, sdk.ErrUnavailable); certain != stage.certain {
				t.Errorf("%v", err)
			}
			eventually(t, 20*time.Second, "all is undone", func() bool { return others(t, conn) == 0 })
			if after := dump(t, conn); after != before {
				t.Errorf("changed\n%s to\n%s", before, after)
			}
		})
	}
}

// The network stands still while it has a request of a stage.
func TestCancellationAtEachStage(t *testing.T) {
	t.Parallel()
	for name, stage := range stages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, conn, base := start(t)
			for _, operation := range []string{"acquire", "renew", "release"} {
				run(t, conn, "TRUNCATE stormlock")
				if operation != "acquire" {
					pythonLock(t, conn, "data", inAMinute(t, conn), pythonID)
				}
				ctx, cancel := context.WithCancel(context.Background())
				release := make(chan struct{})
				slow := openAt(t, Config{Connection: behind(t, base, servers.Wire{Hold: func(request string) {
					if stage.at(request) {
						cancel()
						<-release
					}
				}})})
				err := everything[operation](ctx, slow)
				close(release)
				if stage.certain && !errors.Is(err, sdk.ErrUnavailable) {
					t.Errorf("%s: %v", operation, err)
				} else if !stage.certain {
					isUnknown(t, operation, err)
				}
				contains(t, err, "the call was cancelled")
				eventually(t, 20*time.Second, "the connection is gone", func() bool { return others(t, conn) == 0 })
			}
		})
	}
}

// Nothing is left of a call: no connection, no transaction, no goroutine, and
// no request from the background to cancel something. Not run in parallel: it
// counts all goroutines there are.
func TestNothingIsLeft(t *testing.T) {
	b, conn, base := start(t)
	acquire(t, b, want("held"))
	var connections, logins atomic.Int64
	lost := openAt(t, Config{Connection: behind(t, base, servers.Wire{
		Hold: func(request string) {
			if strings.Contains(request, "user\x00postgres") {
				logins.Add(1)
			} else if strings.Contains(request, "\x04\xd2\x16\x2e") {
				t.Error("a request to cancel was sent")
			}
		},
		Drop:        isDecision,
		Connections: &connections,
	})})
	parted := make(chan struct{})
	stuck := openAt(t, Config{Connection: behind(t, base, servers.Wire{
		Hold: func(request string) {
			if isDecision(request) {
				<-parted
			}
		},
		Lose:   isDecision,
		Parted: parted,
	})})
	blocker := lockRow(t, base)
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	_, _ = stuck.Acquire(ctx, want("free"))
	cancel()
	const ofTheProxy = 2 // for the connection that stands still
	// Sooner than the 15 s that the library gives a connection to close.
	eventually(t, 10*time.Second, "the library is done", func() bool { return runtime.NumGoroutine() <= before+ofTheProxy })
	close(parted)
	for range 10 {
		_, _ = b.Acquire(testContext(t), want("held"))
		_, _ = lost.Acquire(testContext(t), want("free"))
		for _, cut := range []time.Duration{time.Millisecond, 5 * time.Millisecond, 50 * time.Millisecond} {
			ctx, cancel := context.WithTimeout(context.Background(), cut)
			_, _ = lost.Acquire(ctx, want("free"))
			_, _ = b.Renew(ctx, want("held"))
			cancel()
		}
	}
	_ = lost.Close()
	run(t, blocker, "ROLLBACK")
	eventually(t, 20*time.Second, "the connections are gone", func() bool { return others(t, conn) == 1 })
	eventually(t, 20*time.Second, "no goroutine is left", func() bool { return runtime.NumGoroutine() <= before })
	// A call that was cut short at once may have connected without a login.
	if c, l := connections.Load(), logins.Load(); l < 30 || c > l+10 {
		t.Errorf("%d connections, %d logins", c, l)
	}
}
