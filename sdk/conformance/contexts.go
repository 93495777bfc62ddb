package conformance

import (
	"context"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

var contexts = []rule{
	{"cancel-is-heeded", "an operator who presses Ctrl-C must get the prompt back", cancelIsHeeded},
	{"ended-context-takes-nothing", "a request that arrives after its deadline must not take a lock that nobody waits for", endedContextTakesNothing},
}

// heed is how long after the end of its context a call may still take.
const heed = time.Second

// calls are all methods that take a context.
var calls = map[string]func(ctx context.Context, c *client, lease sdk.Lease){
	"acquire": func(ctx context.Context, c *client, lease sdk.Lease) { _, _ = c.Acquire(ctx, lease) },
	"renew":   func(ctx context.Context, c *client, lease sdk.Lease) { _, _ = c.Renew(ctx, lease) },
	"release": func(ctx context.Context, c *client, lease sdk.Lease) { _ = c.Release(ctx, lease) },
	"current": func(ctx context.Context, c *client, lease sdk.Lease) { _, _ = c.Current(ctx, lease.Resource) },
	"setup":   func(ctx context.Context, c *client, _ sdk.Lease) { _, _ = c.Setup(ctx, false) },
	"check":   func(ctx context.Context, c *client, _ sdk.Lease) { _, _ = c.Check(ctx) },
	"list": func(ctx context.Context, c *client, lease sdk.Lease) {
		for range c.List(ctx, lease.Resource) {
		}
	},
}

// endings are the ways in which a context ends after a while. Client libraries
// are known to heed the one and not the other.
var endings = []func(context.Context, time.Duration) (context.Context, context.CancelFunc){
	context.WithTimeout,
	func(parent context.Context, delay time.Duration) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(parent)
		time.AfterFunc(delay, cancel)
		return ctx, cancel
	},
}

// cancelIsHeeded ends the context of each call before it begins, at once, and
// a little later.
func cancelIsHeeded(p *probe) {
	c := p.open()
	for name, call := range calls {
		for _, ending := range endings {
			for _, delay := range []time.Duration{-1, 0, 2 * time.Millisecond} {
				ctx, cancel := ending(p.ctx, delay)
				p.returns(ctx, name, func() { call(ctx, c, p.want(name)) })
				cancel()
			}
		}
	}
}

// returns makes a call, which must return soon after the end of its context.
func (p *probe) returns(ctx context.Context, name string, call func()) {
	returned := make(chan struct{})
	go func() {
		defer close(returned)
		call()
	}()
	select {
	case <-returned:
		return
	case <-ctx.Done():
	}
	select {
	case <-returned:
	case <-time.After(heed):
		p.fail("%s still runs %v after the end of its context (%v)", name, heed, ctx.Err())
	}
}

// endedContextTakesNothing looks twice, since a late request may be under way.
func endedContextTakesNothing(p *probe) {
	a, b := p.open(), p.open()
	cancelled, cancel := context.WithCancel(p.ctx)
	cancel()
	late, cancel := context.WithDeadline(p.ctx, time.Now().Add(-time.Minute))
	defer cancel()
	for _, ctx := range []context.Context{cancelled, late} {
		want := p.want("x")
		if _, err := a.Acquire(ctx, want); err == nil {
			p.fail("acquire succeeds although its context has ended (%v)", ctx.Err())
		}
		b.free(want.Resource)
		p.sleep(300 * time.Millisecond)
		b.free(want.Resource)
	}
}
