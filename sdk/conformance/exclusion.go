package conformance

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

var exclusion = []rule{
	{"one-winner", "two operators who are both told 'acquired' do the same dangerous thing at once", oneWinner},
	{"mutual-exclusion", "a lock that holds when it is quiet but not under load is no lock", mutualExclusion},
	{"held-names-the-holder", "who is refused must learn whom to talk to, and how long it may take", heldNamesTheHolder},
}

// oneWinner lets 32 callers on 4 instances ask at once, ten times over: the window of a
// backend that looks first and writes then can be small.
func oneWinner(p *probe) {
	clients := []*client{p.open(), p.open(), p.open(), p.open()}
	for range 10 {
		lease := race(p, clients)
		clients[0].unchanged(lease)
		clients[0].release(lease)
	}
}

func race(p *probe, clients []*client) sdk.Lease {
	const callers = 32
	leases, errs := make([]sdk.Lease, callers), make([]error, callers)
	p.together(callers, func(i int) {
		leases[i], errs[i] = clients[i%len(clients)].Acquire(p.ctx, p.want("x"))
	})
	var winners []sdk.Lease
	for i, err := range errs {
		if err == nil {
			winners = append(winners, leases[i])
		}
	}
	if len(winners) != 1 {
		p.fail("%d of %d concurrent callers were granted the lock; want 1", len(winners), callers)
	}
	for _, err := range errs {
		namesWinner(p, err, winners[0])
	}
	return winners[0]
}

func namesWinner(p *probe, err error, winner sdk.Lease) {
	var held *sdk.HeldError
	switch {
	case err == nil: // the winner's own
	case !errors.As(err, &held):
		p.fail("a caller that lost the race got %v; want a *sdk.HeldError", err)
	default:
		p.same("the error of a caller that lost the race", held.Lease, winner)
	}
}

// hold is long enough for a second holder to come in while the first is there.
const hold = 10 * time.Millisecond

// mutualExclusion has callers come and go, while others read. All of them use
// the same two instances, which is also how a race detector sees a backend
// whose methods are not safe for concurrent use.
func mutualExclusion(p *probe) {
	clients := []*client{p.open(), p.open()}
	var inside atomic.Int32
	var fence atomic.Uint64
	p.together(8, func(i int) {
		c := clients[i%2]
		for range 5 {
			lease := patiently(c, p.want("x"))
			if inside.Add(1) != 1 {
				p.fail("two callers hold the lock at once")
			}
			if last := fence.Swap(lease.Fence); last >= lease.Fence {
				p.fail("fence %d was granted after fence %d", lease.Fence, last)
			}
			clients[(i+1)%2].unchanged(lease)
			c.list(p.prefix)
			p.sleep(hold)
			inside.Add(-1)
			c.release(lease)
		}
	})
}

// patiently acquires a lock that others release again soon. It pauses for
// longer than the store takes to answer, or those who wait would keep the holder
// from releasing.
func patiently(c *client, want sdk.Lease) sdk.Lease {
	for {
		began := time.Now()
		lease, err := c.Acquire(c.p.ctx, want)
		if err == nil {
			return lease
		}
		if !errors.Is(err, sdk.ErrHeld) {
			c.p.fail("acquire of %s: %v; want success or held", short(want.Resource), err)
		}
		c.p.sleep(max(2*time.Millisecond, 4*time.Since(began)))
	}
}

func heldNamesTheHolder(p *probe) {
	a, b := p.open(), p.open()
	g := a.timed(p.want("x"))
	other := p.want("x")
	other.Principal, other.Reason = "ben@conformance", "wants it too"
	for _, c := range []*client{a, b} {
		began := time.Now()
		held := c.refused(other)
		p.same("the held error", held, g.Lease)
		p.remaining("the held error", held.TTL, g, began, time.Now())
	}
	a.unchanged(g.Lease)
}
