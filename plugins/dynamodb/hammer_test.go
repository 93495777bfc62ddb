package dynamodb

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
)

// A rush is several operators who want one lock at once, over a network that
// loses some of what is written, delivers some of that later, and some of it
// again.
type rush struct {
	t        *testing.T
	straight *backend
	late     sync.WaitGroup // what is still to be delivered
	holders  atomic.Int32
	mu       sync.Mutex
	dead     []string // the leases that a release has answered for

	granted, lost, voided atomic.Int32
}

const (
	rushing   = 3 * time.Minute // on a slow machine
	grants    = 20
	losses    = 5
	operators = 3
)

func TestRush(t *testing.T) {
	t.Parallel()
	c := account(t)
	straight, _ := startAt(t, c)
	r := &rush{t: t, straight: straight}
	_, c = before(t, c, writesOnly(r.carry))
	ctx, cancel := context.WithTimeout(context.Background(), rushing)
	defer cancel()
	var running sync.WaitGroup
	for range operators {
		b := openAt(t, c)
		running.Go(func() { r.operate(ctx, b) })
	}
	running.Go(func() { r.watch(ctx) })
	running.Wait()
	r.late.Wait()
	isFree(t, straight, "deploy")
	t.Logf("%d granted, %d lost, %d void", r.granted.Load(), r.lost.Load(), r.voided.Load())
	if ctx.Err() != nil {
		t.Error("that was no rush")
	}
}

// enough tells whether all has happened that is to be tried.
func (r *rush) enough() bool {
	return r.granted.Load() >= grants && r.lost.Load() >= losses && r.voided.Load() >= losses
}

// carry passes most writes on at once.
func (r *rush) carry(x *exchange) {
	switch rand.N(6) {
	case 0:
		r.deliver(x)
		x.drop()
	case 1:
		r.deliver(x)
	}
	x.pass()
}

// deliver sends a request in a while, as one that nobody has seen before.
func (r *rush) deliver(x *exchange) {
	later := *x
	later.body = requestToken.ReplaceAll(x.body, []byte(`"ClientRequestToken":"`+sdk.NewID()+`"`))
	r.late.Go(func() {
		time.Sleep(rand.N(100 * time.Millisecond))
		later.ask()
	})
}

// operate takes the lock and gives it back. What it does not know it gives up.
func (r *rush) operate(ctx context.Context, b *backend) {
	for ctx.Err() == nil && !r.enough() {
		w := want("deploy")
		_, err := b.Acquire(testContext(r.t), w)
		switch {
		case err == nil:
			r.hold(w)
		case errors.Is(err, sdk.ErrHeld):
			time.Sleep(rand.N(10 * time.Millisecond)) // leaves the server to the holder
			continue
		case !backendtest.IsCertain(err):
			r.lost.Add(1)
		}
		r.end(b, w)
	}
}

// hold has the lock for the time of a look, which must show it.
func (r *rush) hold(w sdk.Lease) {
	if n := r.holders.Add(1); n > 1 {
		r.t.Errorf("%d hold the lock", n)
	}
	r.granted.Add(1)
	if got, err := r.straight.Current(testContext(r.t), "deploy"); err != nil || got.ID != w.ID {
		r.t.Errorf("current: %+v, %v; want %s", got, err, w.ID)
	}
	r.holders.Add(-1)
}

// end releases a lease until that is answered.
func (r *rush) end(b *backend, w sdk.Lease) {
	for {
		err := b.Release(testContext(r.t), w)
		if err == nil || errors.Is(err, sdk.ErrNotHeld) {
			if err != nil {
				r.voided.Add(1)
			}
			r.mu.Lock()
			defer r.mu.Unlock()
			r.dead = append(r.dead, w.ID)
			return
		}
	}
}

// watch sees to it that no lease comes back.
func (r *rush) watch(ctx context.Context) {
	for ctx.Err() == nil && !r.enough() {
		r.mu.Lock()
		dead := slices.Clone(r.dead)
		r.mu.Unlock()
		got, err := r.straight.Current(testContext(r.t), "deploy")
		if err == nil && slices.Contains(dead, got.ID) {
			r.t.Errorf("lease %s is current although a release has answered for it", got.ID)
			return
		}
	}
}
