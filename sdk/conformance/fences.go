package conformance

import (
	"time"

	"github.com/stormlock/stormlock/sdk"
)

var fences = []rule{
	{"fence-grows", "what is protected can turn away a former holder only if each grant has a greater fence", fenceGrows},
	{"fence-grows-over-expiry", "the former holder who comes late is most often one whose lease has expired", fenceGrowsOverExpiry},
}

func fenceGrows(p *probe) {
	clients := []*client{p.open(), p.open()}
	last := uint64(0)
	for i := range 6 {
		c := clients[i/2%2]
		lease := c.acquire(p.want("x"))
		last = p.greater(lease, last)
		clients[0].unchanged(lease)
		if i == 3 {
			c.setup()
		}
		c.release(lease)
	}
	p.greater(p.open().acquire(p.want("x")), last)
}

func fenceGrowsOverExpiry(p *probe) {
	a, b := p.open(), p.open()
	g := a.timed(p.briefly("x"))
	last := p.greater(g.Lease, 0)
	p.sleepUntil(p.freeBy(g).Add(50 * time.Millisecond))
	p.greater(b.acquire(p.want("x")), last)
}

func (p *probe) greater(lease sdk.Lease, last uint64) uint64 {
	if lease.Fence <= last {
		p.fail("a grant of %s has the fence %d; want more than %d", short(lease.Resource), lease.Fence, last)
	}
	return lease.Fence
}
