package conformance

import (
	"time"

	"github.com/stormlock/stormlock/sdk"
)

var renewal = []rule{
	{"renew-extends", "a holder who renews in time must not lose the lock", renewExtends},
	{"renew-keeps-the-lease", "a renewed lease is the same one: its fence and its beginning stay", renewKeepsTheLease},
	{"renew-reports-the-ttl", "a holder plans the next renewal by the TTL that the last one reported", renewReportsTheTTL},
	{"renew-needs-the-id", "whoever can renew without the id keeps another's lock alive, or believes to hold it", renewNeedsTheID},
}

// renewExtends renews with the TTL of the acquire, as a store that cannot
// change a TTL can do too, and looks again once the first TTL is over.
func renewExtends(p *probe) {
	a, b := p.open(), p.open()
	p.unhurried(3*time.Second, func(want sdk.Lease) (told bool) {
		first := a.timed(want)
		p.sleepUntil(first.began.Add(first.ttl * 2 / 3))
		var err error
		renewed := timed(want.TTL, func() (lease sdk.Lease) {
			lease, err = a.Renew(p.ctx, want)
			return lease
		})
		p.lasts(first, "renew", err == nil, err)
		if err != nil {
			return false
		}
		p.remaining("renew", renewed.TTL, renewed, renewed.began, renewed.returned)
		p.sleepUntil(first.over().Add(100 * time.Millisecond))
		lease, err := b.Current(p.ctx, want.Resource)
		p.lasts(renewed, "current after renew", err == nil, err)
		if err == nil {
			p.same("current after renew", lease, first.Lease)
		}
		return err == nil
	})
}

func renewKeepsTheLease(p *probe) {
	a, b := p.open(), p.open()
	want := p.want("x")
	lease := a.acquire(want)
	bare := sdk.Lease{Resource: want.Resource, ID: want.ID, TTL: want.TTL}
	for _, c := range []*client{a, b} {
		p.same("renew", c.renew(bare), lease)
		c.unchanged(lease)
	}
}

// renewReportsTheTTL asks for another TTL. A store that cannot change one
// reports the one that applies.
func renewReportsTheTTL(p *probe) {
	a, b := p.open(), p.open()
	want := p.want("x")
	a.acquire(want)
	for _, ttl := range []time.Duration{2 * want.TTL, want.TTL / 2} {
		want.TTL = ttl
		renewed := timed(0, func() sdk.Lease { return a.renew(want) })
		began := time.Now()
		p.remaining("current after renew", b.current(want.Resource).TTL, renewed, began, time.Now())
	}
}

func renewNeedsTheID(p *probe) {
	a, b := p.open(), p.open()
	lease, neighbour := a.timed(p.want("x")), a.acquire(p.want("y"))
	for _, id := range wrongIDs(lease.ID, neighbour.ID) {
		_, err := b.Renew(p.ctx, sdk.Lease{Resource: lease.Resource, ID: id, TTL: time.Hour})
		p.notHeld(err, "renew with the id %s", short(id))
		began := time.Now()
		p.remaining("current after a refused renew", b.current(lease.Resource).TTL, lease, began, time.Now())
		b.unchanged(neighbour)
	}
	_, err := b.Renew(p.ctx, p.want("nobody's"))
	p.notHeld(err, "renew of a free resource")
	b.free(p.want("nobody's").Resource)
}
