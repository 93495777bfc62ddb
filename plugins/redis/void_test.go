package redis

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/stormlock/stormlock/sdk"
)

// A request to take a lock that comes late, or twice, takes nothing.

// A capture is one request to take a lock, as it was on the wire.
type capture struct {
	server string
	bytes  []byte
}

// capturing starts a proxy that keeps the first request to take a lock, and
// passes it on only if asked to. Either way the sender loses the connection, as
// it would if it were killed.
func capturing(t *testing.T, server string, passOn bool) (sdk.Backend, func() capture) {
	t.Helper()
	kept := make(chan capture, 1)
	url := proxyAt(t, func(in net.Conn) {
		relayIf(in, server, func(request []byte) bool {
			if !isTaking(request) {
				return true
			}
			if passOn {
				c := capture{server, request}
				c.deliver(t)
			}
			kept <- capture{server, request}
			return false
		})
	})
	return openAt(t, Config{URL: url}), func() capture { return <-kept }
}

// deliver sends the request to the server, and returns the server's answer.
func (c capture) deliver(t *testing.T) string {
	t.Helper()
	conn, err := net.Dial("tcp", c.server)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := conn.Write(c.bytes); err != nil {
		t.Error(err)
	}
	answer := make([]byte, 4096)
	n, err := conn.Read(answer)
	if err != nil {
		t.Error(err)
	}
	return string(answer[:n])
}

func isTaking(request []byte) bool { return strings.Contains(string(request), luaAcquire) }

// lost sends an acquire whose request is captured.
func lost(t *testing.T, server string, passOn bool) (sdk.Lease, capture) {
	t.Helper()
	b, kept := capturing(t, server, passOn)
	w := want("deploy")
	_, err := b.Acquire(testContext(t), w)
	isUnknown(t, "acquire", err)
	return w, kept()
}

// takesNothing delivers a request, which must be understood and refused.
func takesNothing(t *testing.T, raw *goredis.Client, c capture) {
	t.Helper()
	counter := must(t, raw.Get(testContext(t), fenceKey("", "deploy")))
	if answer := c.deliver(t); !strings.Contains(answer, "overtaken") {
		t.Errorf("the server answered %q", answer)
	}
	if must(t, raw.Exists(testContext(t), "deploy")) != 0 {
		t.Error("the request took the lock")
	}
	if now := must(t, raw.Get(testContext(t), fenceKey("", "deploy"))); now != counter {
		t.Errorf("the counter went from %s to %s", counter, now)
	}
}

func TestAcquireThatArrivesAfterReleaseAnsweredTakesNothing(t *testing.T) {
	t.Run("free", func(t *testing.T) {
		b, raw, server := start(t)
		w, late := lost(t, server.Addr, false)
		notHeld(t, b, w)
		takesNothing(t, raw, late)
		acquire(t, b, want("deploy")) // nobody is kept out by it
	})
	t.Run("held by another meanwhile", func(t *testing.T) {
		b, raw, _ := start(t)
		pythonLock(t, raw, "deploy", "1.5") // does not count
		w := want("deploy")
		id, _ := sdk.ParseID(w.ID)
		notHeld(t, b, w)
		must(t, raw.Del(testContext(t), "deploy"))
		got := must(t, raw.Eval(testContext(t), string(scriptAcquire), b.(*backend).keys("deploy"),
			id[:], "ana", "", "60000", deadlineIn(time.Minute), "")).([]any)
		if status := reply(got).status(); status != "overtaken" {
			t.Errorf("acquire: %q", status)
		}
	})
	t.Run("released before", func(t *testing.T) {
		b, raw, server := start(t)
		release(t, b, acquire(t, b, want("deploy")))
		w, late := lost(t, server.Addr, false)
		notHeld(t, b, w)
		takesNothing(t, raw, late)
	})
}

func notHeld(t *testing.T, b sdk.Backend, lease sdk.Lease) {
	t.Helper()
	if err := b.Release(testContext(t), lease); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("release: %v", err)
	}
}

func TestAcquireThatArrivesTwiceTakesNothingAfterTheRelease(t *testing.T) {
	b, raw, server := start(t)
	w, twice := lost(t, server.Addr, true)
	held, err := b.Current(testContext(t), "deploy")
	if err != nil || held.ID != w.ID {
		t.Fatalf("current: %+v, %v", held, err)
	}
	if answer := twice.deliver(t); !strings.Contains(answer, "lease") {
		t.Errorf("while the lease is current, the server answered %q", answer)
	}
	release(t, b, held)
	takesNothing(t, raw, twice)
}

// A request that only asks how the lock stands takes it neither now nor when it
// comes again after that lease has ended: its sender was told otherwise.
func TestAcquireThatFoundALockTakesNothingAfterItsEnd(t *testing.T) {
	for name, end := range map[string]func(*testing.T, sdk.Backend, *goredis.Client, sdk.Lease){
		"released": func(t *testing.T, b sdk.Backend, _ *goredis.Client, l sdk.Lease) { release(t, b, l) },
		"expired": func(t *testing.T, _ sdk.Backend, raw *goredis.Client, _ sdk.Lease) {
			must(t, raw.Del(testContext(t), "deploy")) // as Redis does; nothing counts it
		},
	} {
		t.Run(name+", another's", func(t *testing.T) {
			b, raw, server := start(t)
			held := acquire(t, b, want("deploy"))
			_, twice := lost(t, server.Addr, true)
			end(t, b, raw, held)
			takesNothing(t, raw, twice)
		})
		t.Run(name+", its own", func(t *testing.T) {
			b, raw, server := start(t)
			held := acquire(t, b, want("deploy"))
			repeating, kept := capturing(t, server.Addr, true)
			_, err := repeating.Acquire(testContext(t), held)
			isUnknown(t, "repeat", err)
			end(t, b, raw, held)
			takesNothing(t, raw, kept())
		})
	}
}

func TestAcquireThatArrivesAfterAnotherLeaseTakesNothing(t *testing.T) {
	b, raw, server := start(t)
	_, late := lost(t, server.Addr, false)
	release(t, b, acquire(t, b, want("deploy")))
	takesNothing(t, raw, late)
}

// The release says "not held" although the lock is there: it is another's.
func TestReleaseOfAnothersLockChangesOnlyTheCounter(t *testing.T) {
	b, raw, _ := start(t)
	held := acquire(t, b, want("deploy"))
	before := must(t, raw.Dump(testContext(t), "deploy"))
	notHeld(t, b, want("deploy"))
	if must(t, raw.Dump(testContext(t), "deploy")) != before {
		t.Error("the lock was changed")
	}
	release(t, b, held)
	if next := acquire(t, b, want("deploy")); next.Fence < held.Fence+2 {
		t.Errorf("fence went from %d to %d over a release that counts", held.Fence, next.Fence)
	}
}

// overtaking starts a proxy before which something happens to each request to
// take a lock, and returns how many there were.
func overtaking(t *testing.T, server string, happens func(n int32)) (sdk.Backend, *atomic.Int32) {
	t.Helper()
	var taking atomic.Int32
	url := proxyAt(t, func(in net.Conn) {
		relayIf(in, server, func(request []byte) bool {
			if isTaking(request) {
				happens(taking.Add(1))
			}
			return true
		})
	})
	return openAt(t, Config{URL: url}), &taking
}

func TestOvertakenAcquireLooksAgain(t *testing.T) {
	straight, raw, server := start(t)
	b, taking := overtaking(t, server.Addr, func(n int32) {
		if n <= 2 {
			notHeld(t, straight, want("deploy"))
		}
	})
	w := want("deploy")
	if got := acquire(t, b, w); got.ID != w.ID || taking.Load() != 3 {
		t.Errorf("got %+v after %d requests, want 3", got, taking.Load())
	}
	if must(t, raw.Exists(testContext(t), "deploy")) != 1 {
		t.Error("there is no lock")
	}
}

func TestAcquireThatIsAlwaysOvertakenIsUnavailable(t *testing.T) {
	straight, raw, server := start(t)
	b, taking := overtaking(t, server.Addr, func(int32) { notHeld(t, straight, want("deploy")) })
	_, err := b.Acquire(testContext(t), want("deploy"))
	if !errors.Is(err, sdk.ErrUnavailable) || taking.Load() != maxLooks {
		t.Errorf("%v after %d requests, want %d", err, taking.Load(), maxLooks)
	}
	contains(t, err, "others were faster", "no lock was changed", "try again", "redis at ")
	if must(t, raw.Exists(testContext(t), "deploy")) != 0 {
		t.Error("there is a lock")
	}
}

// What a release cannot count up it must not answer.
func TestReleaseThatCannotCountIsAFault(t *testing.T) {
	for _, held := range []bool{false, true} {
		b, raw, _ := start(t)
		if held {
			acquire(t, b, want("deploy"))
		}
		must(t, raw.ConfigSet(testContext(t), "maxmemory", "1"))
		err := b.Release(testContext(t), want("deploy"))
		if !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("out of memory, held %t: %v", held, err)
		}
		contains(t, err, "OOM", "no lock was changed")
		must(t, raw.ConfigSet(testContext(t), "maxmemory", "0"))
		must(t, raw.Set(testContext(t), fenceKey("", "deploy"), "words", 0))
		err = b.Release(testContext(t), want("deploy"))
		if !errors.Is(err, sdk.ErrRefused) {
			t.Errorf("no counter, held %t: %v", held, err)
		}
		contains(t, err, "fence counter", "nothing was changed")
		if got := must(t, raw.Get(testContext(t), fenceKey("", "deploy"))); got != "words" {
			t.Errorf("what lay at the counter's key is now %q", got)
		}
	}
}

// Acquires, releases and voids of one lock, all at the same time.
func TestRacingVoidsNeverMakeTwoHolders(t *testing.T) {
	_, _, server := start(t)
	ctx, cancel := context.WithTimeout(context.Background(), 1500*time.Millisecond)
	defer cancel()
	race := &race{t: t}
	var racers sync.WaitGroup
	for range 6 {
		b := openAt(t, Config{URL: server.URL})
		racers.Go(func() {
			for ctx.Err() == nil {
				race.takeAndRelease(b)
			}
		})
	}
	for range 2 {
		b := openAt(t, Config{URL: server.URL})
		racers.Go(func() {
			for ctx.Err() == nil {
				notHeldIn(race, b)
			}
		})
	}
	racers.Wait()
	if race.grants.Load() < 10 || race.voids.Load() < 10 {
		t.Errorf("%d grants and %d voids are too few to tell", race.grants.Load(), race.voids.Load())
	}
}

type race struct {
	t                      *testing.T
	holders, grants, voids atomic.Int32
	fence                  atomic.Uint64
}

func (r *race) takeAndRelease(b sdk.Backend) {
	lease, err := b.Acquire(testContext(r.t), want("deploy"))
	switch {
	case errors.Is(err, sdk.ErrHeld), errors.Is(err, sdk.ErrUnavailable):
		return
	case err != nil:
		r.t.Errorf("acquire: %v", err)
		return
	}
	r.grants.Add(1)
	if n := r.holders.Add(1); n != 1 {
		r.t.Errorf("%d holders", n)
	}
	if last := r.fence.Swap(lease.Fence); last >= lease.Fence {
		r.t.Errorf("fence went from %d to %d", last, lease.Fence)
	}
	r.holders.Add(-1)
	if err := b.Release(testContext(r.t), lease); err != nil {
		r.t.Errorf("release: %v", err)
	}
}

func notHeldIn(r *race, b sdk.Backend) {
	if err := b.Release(testContext(r.t), want("deploy")); !errors.Is(err, sdk.ErrNotHeld) {
		r.t.Errorf("void: %v", err)
	}
	r.voids.Add(1)
}
