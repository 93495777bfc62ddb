package mysql

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
	"github.com/stormlock/stormlock/test/servers"
)

func held() sdk.Lease {
	return sdk.Lease{Resource: "data", ID: pythonHex, Principal: "ana@ops", Reason: "patch", TTL: time.Hour}
}

// everything is each method that does I/O.
var everything = backendtest.Everything(backendtest.Operations(held()))

// stages are the requests of the operations that change a lock, and whether
// anybody can know, if one of them gets lost, that nothing was written.
var stages = []struct {
	name, operation string
	at              func(string) bool
	certain         bool
}{
	{"session", "acquire", isSession, true},
	{"meeting", "acquire", isMeeting, true},
	{"vetting", "acquire", isVetting, true},
	{"look", "acquire", isLook, true},
	{"place", "acquire", isPlace, true},
	{"take", "acquire", isTake, false},
	{"look", "renew", isLook, true},
	{"renew", "renew", isRenew, false},
	{"void", "release", isVoid, true},
	{"delete", "release", isDelete, false},
}

// ready leaves what an operation is to find: nothing, or the lock held.
func ready(t *testing.T, b sdk.Backend, operation string) {
	t.Helper()
	_ = b.Release(testContext(t), held())
	if operation != "acquire" {
		acquire(t, b, held())
	}
}

func TestLostAnswer(t *testing.T) {
	t.Parallel()
	for _, stage := range stages {
		t.Run(stage.operation+", "+stage.name, func(t *testing.T) {
			t.Parallel()
			straight, conn, p := start(t)
			ready(t, straight, stage.operation)
			before := locks(t, conn)
			err := everything[stage.operation](testContext(t), openAt(t, p.behind(t, servers.Wire{Lose: stage.at})))
			eventually(t, 20*time.Second, "the connection is gone", func() bool { return sessions(t, conn) == 0 })
			if !stage.certain {
				isUnknown(t, stage.operation, err)
				contains(t, err, "no answer to the request")
				if locks(t, conn) == before {
					t.Error("it did not come about")
				}
				return
			}
			if !errors.Is(err, sdk.ErrUnavailable) {
				t.Error(err)
			}
			contains(t, err, "no lock was changed", "mysql at 127.0.0.1:")
			if after := locks(t, conn); after != before {
				t.Errorf("changed\n%s to\n%s", before, after)
			}
		})
	}
}

// A repeat settles it.
func TestRepeatSettlesALostAnswer(t *testing.T) {
	t.Parallel()
	straight, _, p := start(t)
	broken, w := openAt(t, p.behind(t, servers.Wire{Lose: isTake})), want("deploy")
	_, err := broken.Acquire(testContext(t), w)
	isUnknown(t, "acquire", err)
	if got := acquire(t, straight, w); !sdk.SameID(got.ID, w.ID) {
		t.Errorf("repeat: %+v", got)
	}
}

func TestRequestThatDoesNotArrive(t *testing.T) {
	t.Parallel()
	straight, conn, p := start(t)
	for _, stage := range stages {
		ready(t, straight, stage.operation)
		before := locks(t, conn)
		err := everything[stage.operation](testContext(t), openAt(t, p.behind(t, servers.Wire{Drop: stage.at})))
		if certain := errors.Is(err, sdk.ErrUnavailable); certain != stage.certain {
			t.Errorf("%s, %s: %v", stage.operation, stage.name, err)
		}
		if after := locks(t, conn); after != before {
			t.Errorf("%s, %s: changed\n%s to\n%s", stage.operation, stage.name, before, after)
		}
	}
}

// Nothing makes another connection, or sends a statement over again, when one
// breaks.
func TestNothingIsSentTwice(t *testing.T) {
	t.Parallel()
	straight, _, p := start(t)
	for _, stage := range stages {
		ready(t, straight, stage.operation)
		var logins, requests atomic.Int64
		b := openAt(t, p.behind(t, servers.Wire{
			Hold: func(request string) {
				if isSession(request) {
					logins.Add(1)
				}
				if stage.at(request) {
					requests.Add(1)
				}
			},
			Drop: stage.at,
		}))
		_ = everything[stage.operation](testContext(t), b)
		if logins.Load() != 1 || requests.Load() != 1 {
			t.Errorf("%s, %s: %d logins, %d requests", stage.operation, stage.name, logins.Load(), requests.Load())
		}
	}
}

// The network stands still while it has a request of a stage.
func TestCancellationAtEachStage(t *testing.T) {
	t.Parallel()
	straight, conn, p := start(t)
	for _, stage := range stages {
		ready(t, straight, stage.operation)
		ctx, cancel := context.WithCancel(testContext(t))
		goOn := make(chan struct{})
		slow := openAt(t, p.behind(t, servers.Wire{Hold: first(stage.at, func() { cancel(); <-goOn })}))
		var err error
		promptly(t, func() { err = everything[stage.operation](ctx, slow) })
		close(goOn)
		if stage.certain && !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("%s, %s: %v", stage.operation, stage.name, err)
		} else if !stage.certain {
			isUnknown(t, stage.operation, err)
		}
		contains(t, err, "the call was cancelled")
		eventually(t, 20*time.Second, "the connection is gone", func() bool { return sessions(t, conn) == 0 })
	}
}

// cuts are the numbers of bytes after which to cut: every one at the end, where
// what decides passes, and some of the others.
func cuts(total int) (all []int) {
	const goodbye = 5 // bytes, and one to see that a cut behind all changes nothing
	for n := 1; n <= total+1; n++ {
		if n%41 == 0 || total-n < 100+goodbye {
			all = append(all, n)
		}
	}
	return all
}

// talk is how many bytes an acquire takes, in each direction.
func talk(t *testing.T, p place) (asked, said int) {
	t.Helper()
	var a, s atomic.Int64
	b := openAt(t, p.behind(t, servers.Wire{Asked: &a, Said: &s}))
	w := want("cut")
	acquire(t, b, w)
	asked, said = int(a.Load()), int(s.Load())
	release(t, b, w)
	return asked, said
}

// Wherever the connection is cut, what was said to be certain is: a lock that was
// not taken is not there, and one that was taken is.
func TestCutAtEachByte(t *testing.T) {
	t.Parallel()
	straight, conn, p := start(t)
	w := want("cut")
	release(t, straight, acquire(t, straight, w)) // the counter is there from now on
	asked, said := talk(t, p)
	for direction, d := range map[string]struct {
		of    func(n int) servers.Wire
		total int
	}{
		"answers":  {func(n int) servers.Wire { return servers.Wire{Says: n} }, said},
		"requests": {func(n int) servers.Wire { return servers.Wire{Asks: n} }, asked},
	} {
		granted, unknown := 0, 0
		for _, n := range cuts(d.total) {
			w := want("cut")
			ctx, cancel := context.WithTimeout(testContext(t), 5*time.Second)
			_, err := openAt(t, p.behind(t, d.of(n))).Acquire(ctx, w)
			cancel()
			switch {
			case err == nil:
				granted++
			case !backendtest.IsCertain(err):
				unknown++
			case !errors.Is(err, sdk.ErrUnavailable):
				t.Errorf("%s cut after %d: %v", direction, n, err)
			}
			eventually(t, 20*time.Second, "the connection is gone", func() bool { return sessions(t, conn) == 0 })
			there := strings.Contains(locks(t, conn), strings.ToUpper(w.ID))
			if certain := err == nil || backendtest.IsCertain(err); certain && there != (err == nil) {
				t.Errorf("%s cut after %d: it is there: %t, but %v", direction, n, there, err)
			}
			_ = straight.Release(testContext(t), w)
		}
		if granted == 0 || unknown == 0 {
			t.Errorf("%s: %d granted, %d unknown: the cuts do not reach what decides", direction, granted, unknown)
		}
	}
}
