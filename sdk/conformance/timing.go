package conformance

import (
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// The clock that counts is the store's, which the checks cannot read. They
// reason with their own: whatever the store did for a call, it did between the
// call's beginning and its return.

// rounding is by how much a TTL that a store reports may be off: several count
// in whole seconds.
const rounding = time.Second

// defaultGrace is Store.Grace if that is not set.
const defaultGrace = 2 * time.Second

// A grant is a lease, and the moments between which its time began to run.
type grant struct {
	sdk.Lease
	began, returned time.Time
	ttl             time.Duration // that the lease certainly has
}

// mostLeast is the greatest least TTL that a store may have.
const mostLeast = 10 * time.Second

// timed acquires, and notes when.
func (c *client) timed(want sdk.Lease) grant {
	g := timed(want.TTL, func() sdk.Lease { return c.acquire(want) })
	if g.TTL > max(want.TTL+rounding, mostLeast) {
		c.p.fail("acquire for %v reports a TTL of %v", want.TTL, g.TTL)
	}
	return g
}

// timed runs an acquire or a renew. A store may have a least TTL: if it reports
// more than was asked for, then that is what it has promised.
func timed(asked time.Duration, call func() sdk.Lease) grant {
	began := time.Now()
	lease := call()
	return grant{lease, began, time.Now(), max(asked, lease.TTL)}
}

// certain is a moment until which the lease is held: an answer that has
// arrived by then must say so.
func (g grant) certain() time.Time { return g.began.Add(g.ttl) }

// over is a moment from which the lease has ended by the store's clock.
func (g grant) over() time.Time { return g.returned.Add(g.ttl) }

// freeBy is a moment from which nobody may be kept out any more.
func (p *probe) freeBy(g grant) time.Time {
	grace := p.store.Grace
	if grace == 0 {
		grace = defaultGrace
	}
	return g.over().Add(grace)
}

// remaining checks what is reported to be left of a lease by a call that began
// and returned at the given moments.
func (p *probe) remaining(what string, left time.Duration, g grant, began, returned time.Time) {
	most := min(g.over().Sub(began)+rounding, g.ttl)
	least := g.certain().Sub(returned) - rounding
	if left > most || left < least {
		p.fail("%s reports that %v is left of a lease of %v granted %v ago; want %v to %v",
			what, ms(left), g.ttl, ms(began.Sub(g.returned)), ms(least), ms(most))
	}
}

// unhurried runs a check within the time of a lease, and again with twice the
// TTL and another lock where the store was too slow for it to tell anything.
func (p *probe) unhurried(ttl time.Duration, check func(want sdk.Lease) (told bool)) {
	for _, leaf := range []string{"x", "y", "z", "u"} {
		want := p.want(leaf)
		want.TTL = ttl
		if check(want) {
			return
		}
		ttl *= 2
	}
	p.fail("the store answers too slowly to tell")
}

// ms rounds for people to read.
func ms(d time.Duration) time.Duration { return d.Round(time.Millisecond) }
