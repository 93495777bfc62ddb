package conformance

import (
	"maps"
	"slices"

	"github.com/stormlock/stormlock/sdk"
)

var listing = []rule{
	{"list-shows-what-is-held", "people look at the list to see what is going on: all of it, and nothing that is over", listShowsWhatIsHeld},
	{"list-leaves-out-what-is-over", "a list that shows a lease which has ended has people wait for nobody", listLeavesOutWhatIsOver},
	{"list-prefix-is-literal", "a prefix is the beginning of a name, never a pattern", listPrefixIsLiteral},
	{"list-can-be-walked", "who walks over the list may stop early, or release as he goes", listCanBeWalked},
}

func listShowsWhatIsHeld(p *probe) {
	a, b := p.open(), p.open()
	kept, gone, outside := a.acquire(p.want("in/kept")), a.acquire(p.want("in/gone")), a.acquire(p.want("out"))
	p.listed(b, "in/", kept, gone)
	a.release(gone)
	p.listed(b, "in/", kept)
	p.listed(b, "", kept, outside)
	p.listed(b, "in/kept", kept)
	p.listed(b, "in/kept and more")
	if _, found := b.list("")[kept.Resource]; !found {
		p.fail("the list without a prefix does not show %s", short(kept.Resource))
	}
}

// listLeavesOutWhatIsOver lists without having looked at the lease before: a store may
// clear away what it comes across.
func listLeavesOutWhatIsOver(p *probe) {
	a, b := p.open(), p.open()
	g := a.timed(p.briefly("x"))
	p.sleepUntil(p.freeBy(g))
	p.listed(b, "")
	b.free(g.Resource)
}

// listed checks that the list of a prefix is exactly some leases.
func (p *probe) listed(c *client, leaf string, want ...sdk.Lease) {
	got := c.list(p.prefix + leaf)
	for _, lease := range want {
		if _, found := got[lease.Resource]; !found {
			p.fail("list of %s does not show %s", short(p.prefix+leaf), short(lease.Resource))
		}
		p.same("list", got[lease.Resource], lease)
	}
	if len(got) != len(want) {
		p.fail("list of %s shows %q; want %d of these", short(p.prefix+leaf), slices.Sorted(maps.Keys(got)), len(want))
	}
}

func listPrefixIsLiteral(p *probe) {
	a := p.open()
	leases := map[string]sdk.Lease{}
	for _, leaf := range []string{"*", "?", "%", "_", "[a]", `\`, `\*`, "{a}", "^", "$", ".", "a", "A", "é", "e\u0301", "\U0010fffd"} {
		leases[leaf] = a.acquire(p.want(leaf + "x"))
	}
	for leaf, lease := range leases {
		want := []sdk.Lease{lease}
		if leaf == `\` {
			want = append(want, leases[`\*`])
		}
		p.listed(a, leaf, want...)
	}
}

func listCanBeWalked(p *probe) {
	a := p.open()
	for _, leaf := range []string{"1", "2", "3"} {
		a.acquire(p.want(leaf))
	}
	calls := 0
	a.List(p.ctx, p.prefix)(func(sdk.Lease, error) bool { calls++; return false })
	if calls != 1 {
		p.fail("list goes on after it was told to stop: %d calls; want 1", calls)
	}
	for lease, err := range a.List(p.ctx, p.prefix) {
		if err != nil {
			p.fail("list while locks are released: %v", err)
		}
		a.release(lease)
	}
	p.listed(a, "")
}
