package conformance

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

var repeats = []rule{
	{"repeat-returns-the-lease", "repeating an acquire is how a lost reply is settled; a refusal would lock the holder out", repeatReturnsTheLease},
	{"repeat-does-not-extend", "a repeat that restarts the TTL keeps a lock alive that its holder has given up", repeatDoesNotExtend},
	{"repeat-in-another-spelling", "a lease id has one meaning, however its digits are written", repeatInAnotherSpelling},
	{"lost-reply-is-settled", "after an interruption the same acquire must tell whether the lock was taken", lostReplyIsSettled},
}

func repeatReturnsTheLease(p *probe) {
	a, b := p.open(), p.open()
	want := p.want("x")
	first := a.acquire(want)
	p.same("a repeat", a.acquire(want), first)
	p.same("a repeat from another instance", b.acquire(want), first)
	b.unchanged(first)
}

// repeatDoesNotExtend asks for more the second time, and for the same.
func repeatDoesNotExtend(p *probe) {
	a, b := p.open(), p.open()
	want := p.want("x")
	g := a.timed(want)
	p.sleep(rounding + rounding/2) // so that rounding cannot hide a restart
	for _, ttl := range []time.Duration{want.TTL, 10 * want.TTL} {
		want.TTL = ttl
		began := time.Now()
		p.remaining("a repeat", b.acquire(want).TTL, g, began, time.Now())
		began = time.Now()
		p.remaining("current after a repeat", b.current(want.Resource).TTL, g, began, time.Now())
	}
}

func repeatInAnotherSpelling(p *probe) {
	a, b := p.open(), p.open()
	want := p.want("x")
	first := a.acquire(want)
	for _, id := range spellings(want.ID) {
		again := want
		again.ID = id
		p.same("a repeat with the id "+id, b.acquire(again), first)
	}
	upper := want
	upper.ID = strings.ToUpper(want.ID)
	b.renew(upper)
	b.release(upper)
	a.free(want.Resource)
}

// spellings returns other ways to write an id of 32 hexadecimal digits.
func spellings(id string) []string {
	uuid := strings.Join([]string{id[:8], id[8:12], id[12:16], id[16:20], id[20:]}, "-")
	return []string{strings.ToUpper(id), uuid, strings.ToUpper(uuid)}
}

// lostReplyIsSettled interrupts an acquire a little later each time. Who repeats
// it does not wait until the interrupted one has cleaned up after itself.
func lostReplyIsSettled(p *probe) {
	a, b := p.open(), p.open()
	var interrupted sync.WaitGroup
	defer interrupted.Wait()
	for delay := time.Duration(0); delay < 8*time.Millisecond; delay += time.Millisecond {
		want := p.want("x")
		ctx, cancel := context.WithTimeout(p.ctx, delay)
		interrupted.Go(func() {
			defer cancel()
			_, _ = a.Acquire(ctx, want)
		})
		<-ctx.Done()
		lease := b.acquire(want)
		if again := a.acquire(want); !sdk.SameID(again.ID, lease.ID) || again.Fence != lease.Fence {
			p.fail("after an interrupted acquire, repeats give leases %q and %q", lease.ID, again.ID)
		}
		b.release(want)
		a.free(want.Resource)
	}
}
