package conformance

import (
	"strings"

	"github.com/stormlock/stormlock/sdk"
)

var ids = []rule{
	{"stale-id-is-not-held", "who held the lock once must not touch the lease of who holds it now", staleIDIsNotHeld},
	{"unknown-id-is-not-held", "any text can be asked about; an id that no store issues is simply not the current one", unknownIDIsNotHeld},
	{"either-id-works", "the id that was asked with and the one that is shown both prove the grant", eitherIDWorks},
}

func staleIDIsNotHeld(p *probe) {
	a, b := p.open(), p.open()
	stale := a.acquire(p.want("x"))
	a.release(stale)
	lease := b.acquire(p.want("x"))
	for _, c := range []*client{a, b} {
		c.disowned(stale, "a stale id")
		c.unchanged(lease)
	}
}

func unknownIDIsNotHeld(p *probe) {
	a := p.open()
	lease := a.acquire(p.want("x"))
	for _, id := range unissued() {
		for _, resource := range []string{lease.Resource, lease.Resource + "-free"} {
			a.disowned(sdk.Lease{Resource: resource, ID: id}, "the id "+short(id))
		}
		a.unchanged(lease)
	}
}

// eitherIDWorks is for stores with lease ids of their own.
func eitherIDWorks(p *probe) {
	a, b := p.open(), p.open()
	for _, show := range []bool{false, true} {
		want := p.want("x")
		shown := a.acquire(want)
		proof := want
		if show {
			proof.ID = shown.ID
		}
		p.same("renew", b.renew(proof), shown)
		b.release(proof)
		a.free(want.Resource)
	}
}

// unissued are ids that no store ever issues.
func unissued() []string {
	return []string{
		"nonsense", "0", "-", "é", "*", "%", "' OR ''='", "a b\tc\n",
		strings.Repeat("0", 31) + "g", strings.Repeat("f", sdk.MaxIDLen), strings.Repeat("z", sdk.MaxIDLen),
	}
}

// wrongIDs are ids that are not that of a lease: made up, another resource's,
// nearly right, or cut off.
func wrongIDs(id, neighbour string) []string {
	last := "0"
	if strings.HasSuffix(id, "0") {
		last = "1"
	}
	nearly := id[:len(id)-1] + last
	return []string{sdk.NewID(), neighbour, nearly, id[:len(id)-1], id + "0", "nonsense", strings.Repeat("0", 32)}
}
