package conformance

import (
	"strings"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

var text = []rule{
	{"text-is-kept", "principal and reason are for people, and come back byte for byte", textIsKept},
	{"created-is-stable", "when a lock was taken is a fact, by the store's clock, and does not move", createdIsStable},
}

// awkward are texts that stores, encodings and command lines like to change.
var awkward = []string{
	"plain",
	"  spaces around  ",
	"tab\tnewline\ncarriage return\rend\n",
	`quotes ' " ` + "`" + ` and \ backslash \n \u0041 \x41`,
	"emoji 🔒👩🏽‍💻, right to left שלום, combining e\u0301, \u2028, \ufeff",
	"control \x01 \x1f \x7f \u0085",
	"<b>&amp;%20%s{}[]$HOME${HOME}#;--/*",
	"0", "null", "-1", "true", "{}",
}

func textIsKept(p *probe) {
	a, b := p.open(), p.open()
	for _, sample := range awkward {
		kept(p, a, b, sample, sample)
	}
	kept(p, a, b, strings.Repeat("p", sdk.MaxPrincipalLen), strings.Repeat("r", sdk.MaxReasonLen))
	kept(p, a, b, strings.Repeat("é", sdk.MaxPrincipalLen/2), strings.Repeat("🔒", sdk.MaxReasonLen/4))
	kept(p, a, b, "ana", "")
}

// kept looks at a text wherever a lease is shown.
func kept(p *probe, a, b *client, principal, reason string) {
	want := p.want("x")
	want.Principal, want.Reason = principal, reason
	asked := want // whoever repeats does not know how the store spells the id
	lease := a.acquire(asked)
	want.Created, want.Fence, want.ID = lease.Created, lease.Fence, lease.ID
	p.same("acquire", lease, want)
	p.same("a repeat", b.acquire(asked), want)
	p.same("current", b.current(want.Resource), want)
	p.same("renew", b.renew(sdk.Lease{Resource: want.Resource, ID: want.ID, TTL: want.TTL}), want)
	p.same("the held error", b.refused(p.want("x")), want)
	p.same("list", b.list(want.Resource)[want.Resource], want)
	a.release(lease)
}

// plausible is by how much the store's clock may differ from ours. It is wide:
// whether the clocks agree is not the backend's affair.
const plausible = 24 * time.Hour

func createdIsStable(p *probe) {
	a, b := p.open(), p.open()
	want := p.want("x")
	first := a.acquire(want)
	if off := time.Since(first.Created).Abs(); off > plausible {
		p.fail("a lease granted now was created at %v", first.Created)
	}
	p.sleep(20 * time.Millisecond)
	p.same("a repeat", b.acquire(want), first)
	p.same("renew", b.renew(want), first)
	b.unchanged(first)
	b.release(first)
	if second := b.acquire(p.want("x")); second.Created.Before(first.Created) {
		p.fail("a lease created at %v follows one created at %v", second.Created, first.Created)
	}
}
