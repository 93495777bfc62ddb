package etcd

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
	"github.com/stormlock/stormlock/test/servers"
)

// everything is each method that does I/O, with an id that is nobody's.
func everything() map[string]backendtest.Operation {
	return backendtest.Everything(operations(sdk.NewID()))
}

func TestSetupHasNothingToDo(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	for _, dryRun := range []bool{true, false} {
		if statements, err := b.Setup(testContext(t), dryRun); err != nil || len(statements) > 0 {
			t.Errorf("%q, %v", statements, err)
		}
	}
	if left := content(t, raw, b.prefix); left != "" {
		t.Errorf("it wrote %s", left)
	}
}

// All endpoints are down: that is known at once, long before the deadline.
func TestServerDownIsUnavailableAtOnce(t *testing.T) {
	t.Parallel()
	b, _, server := alone(t)
	server.Stop()
	for _, both := range []*backend{b, openAt(t, Config{Endpoints: server.URL + ", http://127.0.0.1:1"})} {
		for name, operate := range everything() {
			promptly(t, func() {
				err := operate(testContext(t), both)
				if !errors.Is(err, sdk.ErrUnavailable) {
					t.Errorf("%s: %v", name, err)
				}
				contains(t, err, server.Addr, "connection refused", `check that the server is up and that "endpoints" is right`)
			})
		}
	}
}

// A plugin may live as long as a command under its lock. When the server is back
// it is used again, and at once.
func TestServerThatComesBackIsUsedAgain(t *testing.T) {
	t.Parallel()
	b, _, server := alone(t)
	lease := acquire(t, b, want("deploy"))
	server.Stop()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if _, err := b.Current(testContext(t), "deploy"); !errors.Is(err, sdk.ErrUnavailable) {
			t.Fatal(err)
		}
	}
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	eventually(t, redialDelay+backendtest.Prompt, "the server is used again", func() bool {
		got, err := b.Current(testContext(t), "deploy")
		return err == nil && got.ID == lease.ID && got.Fence == lease.Fence
	})
}

// Each method must return soon after the end of its context, however that ends
// and wherever the call stands.
func TestPausedServerIsUnavailable(t *testing.T) {
	t.Parallel()
	server := servers.Etcd(t)
	backends := make(map[string]*backend)
	for name := range everything() {
		for _, opened := range []bool{false, true} {
			for _, ending := range []string{"cancel", "deadline"} {
				b := openAt(t, Config{Endpoints: server.URL})
				if opened {
					isFree(t, b, "other")
				}
				backends[fmt.Sprintf("%s/opened=%t/%s", name, opened, ending)] = b
			}
		}
	}
	pause(t, server)
	var running sync.WaitGroup
	for name := range everything() {
		for _, opened := range []bool{false, true} {
			for _, ending := range []string{"cancel", "deadline"} {
				running.Go(func() {
					b := backends[fmt.Sprintf("%s/opened=%t/%s", name, opened, ending)]
					ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
					says := "no answer in time"
					if ending == "cancel" {
						ctx, cancel = context.WithCancel(context.Background())
						time.AfterFunc(100*time.Millisecond, cancel)
						says = "the call was cancelled"
					}
					defer cancel()
					promptly(t, func() {
						err := everything()[name](ctx, b)
						if !errors.Is(err, sdk.ErrUnavailable) {
							t.Errorf("%s: %v", name, err)
						}
						contains(t, err, says, server.URL)
					})
					promptly(t, func() { _ = b.Close() })
				})
			}
		}
	}
	running.Wait()
}

// The server stops answering at each step of each operation that writes. Nothing
// but what is certain is promised, the answer comes in time, and an acquire can
// be settled afterwards.
func TestServerPausedAtEachStep(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		operation, step string
		certain         bool
	}{
		{"acquire", "grant", true},
		{"acquire", "take", false},
		{"renew", "read", true},
		{"renew", "keep alive", false},
		{"release", "read", true},
		{"release", "revoke", false},
	} {
		t.Run(c.operation+"/"+c.step, func(t *testing.T) {
			t.Parallel()
			server := servers.Etcd(t)
			ctx, cancel := context.WithCancel(testContext(t))
			defer cancel()
			var once sync.Once
			var ended time.Time
			b := openAt(t, Config{Endpoints: server.URL}, tap(func(_ context.Context, request any, call func() error) error {
				if kind(request) == c.step {
					once.Do(func() {
						pause(t, server)
						time.AfterFunc(200*time.Millisecond, func() { ended = time.Now(); cancel() })
					})
				}
				return call()
			}).options()...)
			straight := openAt(t, Config{Endpoints: server.URL})
			w := want("deploy")
			if c.operation != "acquire" {
				w.ID = acquire(t, straight, w).ID
			}
			err := operate(ctx, c.operation, b, w)
			backendtest.PromptSince(t, ended)
			if c.certain != errors.Is(err, sdk.ErrUnavailable) || err == nil {
				t.Errorf("error = %v", err)
			}
			if err := server.Resume(); err != nil {
				t.Fatal(err)
			}
			if c.operation == "acquire" {
				got := acquire(t, straight, w)
				same(t, current(t, straight, "deploy"), got)
				time.Sleep(100 * time.Millisecond) // nothing that was on its way undoes it
				same(t, current(t, straight, "deploy"), got)
			}
		})
	}
}

func operate(ctx context.Context, operation string, b *backend, lease sdk.Lease) (err error) {
	switch operation {
	case "acquire":
		_, err = b.Acquire(ctx, lease)
	case "renew":
		_, err = b.Renew(ctx, lease)
	case "release":
		err = b.Release(ctx, lease)
	}
	return err
}

// The server is killed while it has a request, and comes back with its data.
func TestServerKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	for operation, step := range map[string]string{"acquire": "take", "renew": "keep alive", "release": "revoke"} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			server := servers.Etcd(t)
			var stopping sync.WaitGroup
			b := openAt(t, Config{Endpoints: server.URL}, tap(func(_ context.Context, request any, call func() error) error {
				if kind(request) == step {
					pause(t, server) // so that the request is in its socket
					stopping.Go(func() { time.Sleep(100 * time.Millisecond); server.Stop() })
				}
				return call()
			}).options()...)
			straight := openAt(t, Config{Endpoints: server.URL})
			w := want("deploy")
			if operation != "acquire" {
				w.ID = acquire(t, straight, w).ID
			}
			promptly(t, func() { isUnknown(t, operation, operate(testContext(t), operation, b, w)) })
			stopping.Wait()
			if err := server.Restart(); err != nil {
				t.Fatal(err)
			}
			eventually(t, 20*time.Second, "the server is used again", func() bool {
				_, err := straight.Current(testContext(t), "deploy")
				return err == nil || errors.Is(err, sdk.ErrNotHeld)
			})
			if operation == "acquire" {
				acquire(t, straight, w) // settles it
			}
		})
	}
}

// The connection is reset when the server has carried out the request.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	server := servers.Etcd(t)
	straight, raw := openAt(t, Config{Endpoints: server.URL}), client(t, server.URL)
	through := func(t *testing.T, step string, carriedOut func() bool) *backend {
		w := newWire(t, server.Addr)
		var once sync.Once
		b := openAt(t, Config{Endpoints: "http://" + w.addr}, tap(func(_ context.Context, request any, call func() error) error {
			if kind(request) != step {
				return call()
			}
			var resetting sync.WaitGroup
			once.Do(func() {
				w.silence()
				resetting.Go(func() {
					eventually(t, 20*time.Second, "the server carries out the request", carriedOut)
					w.reset()
				})
			})
			defer resetting.Wait()
			return call()
		}).options()...)
		if _, err := b.Setup(testContext(t), false); err != nil { // and the connection stands
			t.Fatal(err)
		}
		return b
	}
	there := func() bool { return content(t, raw, "/deploy/id") != "" }

	// The lost answer to an acquire is found out while there is time.
	w := want("deploy")
	got := acquire(t, through(t, "take", there), w)
	same(t, current(t, straight, "deploy"), got)

	time.Sleep(1100 * time.Millisecond)
	id, _ := leaseID(got.ID)
	_, err := through(t, "keep alive", func() bool { return timeToLive(t, raw, clientv3.LeaseID(id)) == 59 }).Renew(testContext(t), w)
	isUnknown(t, "renew", err)
	contains(t, err, "no answer to the request")

	isUnknown(t, "release", through(t, "revoke", func() bool { return !there() }).Release(testContext(t), w))
	isFree(t, straight, "deploy")
	if err := straight.Release(testContext(t), w); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("release again: %v", err)
	}
	soon := func() bool { time.Sleep(50 * time.Millisecond); return true }
	if _, err := through(t, "read", soon).Current(testContext(t), "deploy"); !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("current: %v", err)
	}
}

func TestEveryCallIsBounded(t *testing.T) {
	t.Parallel()
	b := &backend{timeout: defaultTimeout}
	ctx, cancel := b.bounded(context.Background())
	defer cancel()
	if end, ok := ctx.Deadline(); !ok || time.Until(end) > defaultTimeout {
		t.Errorf("deadline %s, %t", end, ok)
	}
	short, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	kept, cancel := b.bounded(short)
	defer cancel()
	if end, _ := kept.Deadline(); time.Until(end) > time.Second {
		t.Errorf("the caller's deadline became %s", end)
	}
}

func TestTimeoutEndsACall(t *testing.T) {
	t.Parallel()
	server := servers.Etcd(t)
	b := openAt(t, Config{Endpoints: server.URL, Timeout: "2"})
	isFree(t, b, "deploy")
	pause(t, server)
	within(t, 2*time.Second+backendtest.Prompt, func() {
		_, err := b.Acquire(context.Background(), want("deploy"))
		if !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("error = %v", err)
		}
		contains(t, err, "no answer in time")
	})
}

// A database that is full takes no lock, but gives back those that it has.
func TestFullDatabase(t *testing.T) {
	t.Parallel()
	b, raw, _ := alone(t, "--quota-backend-bytes", "4000000")
	held := acquire(t, b, want("held"))
	for i := 0; ; i++ {
		if _, err := raw.Put(testContext(t), fmt.Sprintf("fill%d", i), string(make([]byte, 500_000))); err != nil {
			break
		}
	}
	_, err := b.Acquire(testContext(t), want("deploy"))
	if !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("acquire: %v", err)
	}
	contains(t, err, "database space exceeded", "no lock was changed", "compact")
	if _, err := b.Acquire(testContext(t), want("held")); !errors.Is(err, sdk.ErrHeld) {
		t.Errorf("acquire of a held lock: %v", err)
	}
	if _, err := b.Renew(testContext(t), held); err != nil {
		t.Errorf("renew: %v", err)
	}
	same(t, current(t, b, "held"), held)
	release(t, b, held)
	err = b.Release(testContext(t), held) // which would have to write
	isUnknown(t, "release again", err)
	contains(t, err, "database space exceeded", "release it again")
	if ids := leases(t, raw); len(ids) != 0 {
		t.Errorf("etcd leases are left: %x", ids)
	}
}

func TestClosedBackend(t *testing.T) {
	t.Parallel()
	b, _ := start(t)
	acquire(t, b, want("other"))
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	for name, operate := range everything() {
		if err := operate(testContext(t), b); !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// It is not parallel, so that no other test's goroutines are counted.
func TestCloseLeavesNothingRunning(t *testing.T) {
	server := servers.Etcd(t)
	w := newWire(t, server.Addr)
	before := runtime.NumGoroutine()
	for range 5 {
		b, err := open(context.Background(), Config{Endpoints: "http://" + w.addr})
		if err != nil {
			t.Fatal(err)
		}
		lease := acquire(t, b, want("deploy"))
		ended, cancel := context.WithCancel(testContext(t))
		cancel()
		for _, operate := range everything() {
			_ = operate(testContext(t), b)
			_ = operate(ended, b)
		}
		release(t, b, lease)
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, 20*time.Second, "the connections are closed", func() bool { return w.open() == 0 })
	defer func() {
		if t.Failed() {
			stacks := make([]byte, 1<<16)
			t.Logf("%s", stacks[:runtime.Stack(stacks, true)])
		}
	}()
	eventually(t, 20*time.Second, "the goroutines have ended", func() bool { return runtime.NumGoroutine() <= before })
}

// heldBy reports whether a resource is held by the id that the host picked.
func heldBy(t *testing.T, raw *clientv3.Client, prefix, resource, id string) bool {
	t.Helper()
	answer, err := raw.Get(testContext(t), prefix+resource+"/a")
	if err != nil {
		t.Fatal(err)
	}
	return len(answer.Kvs) == 1 && string(answer.Kvs[0].Value) == id
}
