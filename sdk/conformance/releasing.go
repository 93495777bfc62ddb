package conformance

import "github.com/stormlock/stormlock/sdk"

var releasing = []rule{
	{"release-frees-at-once", "the next operator must not wait for a lock that was given back", releaseFreesAtOnce},
	{"release-twice", "a second release must not claim to have ended anything", releaseTwice},
	{"release-needs-the-id", "whoever can release without the id takes the lock from under its holder", releaseNeedsTheID},
}

func releaseFreesAtOnce(p *probe) {
	a, b := p.open(), p.open()
	lease := a.acquire(p.want("x"))
	a.release(lease)
	b.free(lease.Resource)
	next := b.acquire(p.want("x"))
	if sdk.SameID(next.ID, lease.ID) {
		p.fail("two grants have the lease id %q", lease.ID)
	}
	a.unchanged(next)
}

func releaseTwice(p *probe) {
	a, b := p.open(), p.open()
	lease := a.acquire(p.want("x"))
	a.release(lease)
	for _, c := range []*client{a, b} {
		p.notHeld(c.Release(p.ctx, lease), "a second release")
	}
	p.notHeld(a.Release(p.ctx, p.want("nobody's")), "release of a free resource")
}

func releaseNeedsTheID(p *probe) {
	a, b := p.open(), p.open()
	lease, neighbour := a.acquire(p.want("x")), a.acquire(p.want("y"))
	for _, id := range wrongIDs(lease.ID, neighbour.ID) {
		err := b.Release(p.ctx, sdk.Lease{Resource: lease.Resource, ID: id})
		p.notHeld(err, "release with the id %s", short(id))
		b.unchanged(lease)
		b.unchanged(neighbour)
	}
}
