package conformance

import (
	"errors"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

var expiry = []rule{
	{"expiry-frees", "a lock whose holder is gone must be free again when its time is up, and not before", expiryFrees},
	{"expired-lease-is-over", "a lease that has ended never comes back, even if nobody took the lock since", expiredLeaseIsOver},
	{"ttl-is-not-cut-short", "a holder counts on the whole TTL; the last second counts as the first does", ttlIsNotCutShort},
	{"ttl-is-what-is-left", "people decide by the reported TTL whether to wait", ttlIsWhatIsLeft},
}

// brief is the shortest TTL that can be asked for.
const brief = sdk.MinTTL

func (p *probe) briefly(leaf string) sdk.Lease {
	want := p.want(leaf)
	want.TTL = brief
	return want
}

// expiryFrees asks for the lock until it is granted: by then the lease before
// must be over.
func expiryFrees(p *probe) {
	a, b := p.open(), p.open()
	g := a.timed(p.briefly("x"))
	next := p.want("x")
	for {
		began := time.Now()
		_, err := b.Acquire(p.ctx, next)
		switch {
		case err == nil:
			p.lasts(g, "acquire by another", false, err)
			b.disowned(g.Lease, "the id of the lease before")
			return
		case !errors.Is(err, sdk.ErrHeld):
			p.fail("acquire of %s: %v; want success or held", short(next.Resource), err)
		case began.After(p.freeBy(g)):
			p.fail("a lease of %v still keeps others out %v after it was granted", g.ttl, ms(began.Sub(g.returned)))
		}
		p.sleep(50 * time.Millisecond)
	}
}

// expiredLeaseIsOver waits until somebody is told of the end.
func expiredLeaseIsOver(p *probe) {
	a, b := p.open(), p.open()
	g := a.timed(p.briefly("x"))
	for p.stillShown(b, g) {
		p.sleep(50 * time.Millisecond)
	}
	for _, c := range []*client{a, b} {
		c.disowned(g.Lease, "the id of an expired lease")
		c.free(g.Resource)
		if len(c.list(g.Resource)) > 0 {
			p.fail("list shows a lease that current says has ended")
		}
	}
}

func (p *probe) stillShown(c *client, g grant) bool {
	began := time.Now()
	_, err := c.Current(p.ctx, g.Resource)
	if err == nil && began.After(p.freeBy(g)) {
		p.fail("current shows a lease of %v still %v after it was granted", g.ttl, ms(began.Sub(g.returned)))
	}
	if err != nil {
		p.notHeld(err, "current of %s", short(g.Resource))
		p.lasts(g, "current", false, err)
	}
	return err == nil
}

// ttlIsNotCutShort looks shortly before the end. A look that found the lease
// ended, and took until after it may have, proves nothing.
func ttlIsNotCutShort(p *probe) {
	a, b := p.open(), p.open()
	p.unhurried(2*time.Second, func(want sdk.Lease) (told bool) {
		g := a.timed(want)
		p.sleepUntil(g.certain().Add(-want.TTL / 5))
		_, err := b.Current(p.ctx, want.Resource)
		shown := err == nil
		p.lasts(g, "current", shown, err)
		other := want
		other.ID = sdk.NewID()
		_, err = b.Acquire(p.ctx, other)
		held := errors.Is(err, sdk.ErrHeld)
		p.lasts(g, "acquire by another", held, err)
		return shown && held
	})
}

// lasts fails if a lease is found to have ended before it can have.
func (p *probe) lasts(g grant, what string, held bool, err error) {
	early := time.Until(g.certain())
	if !held && early > 0 {
		p.fail("%s, %v before the end of a lease of %v: %s; want it held",
			what, ms(early), g.ttl, outcome(err))
	}
}

func ttlIsWhatIsLeft(p *probe) {
	a, b := p.open(), p.open()
	want := p.want("x")
	g := a.timed(want)
	p.remaining("acquire", g.TTL, g, g.began, g.returned)
	for range 2 {
		began := time.Now()
		p.remaining("current", b.current(want.Resource).TTL, g, began, time.Now())
		began = time.Now()
		p.remaining("list", b.list(want.Resource)[want.Resource].TTL, g, began, time.Now())
		p.sleep(rounding + rounding/2)
	}
}
