package conformance

import (
	"strings"

	"github.com/stormlock/stormlock/sdk"
)

var naming = []rule{
	{"names-keep-case", "names that differ in case are different locks", distinct("Deploy", "deploy", "DEPLOY")},
	{
		"names-keep-unicode-form", "names are bytes; a store that normalises or folds them makes two locks one",
		distinct("\u00e9", "e\u0301", "\u00c5", "\u212b", "A\u030a", "\ufb01", "fi", "Stra\u00dfe", "strasse", "Strasse",
			"i", "I", "\u0130", "\u0131", "\u03a9", "\u03c9", "\u2126", "日本", "日本語", "🔒", "🔓"),
	},
	{"names-are-long", "a name that is cut off is another lock's", distinctLong},
	{
		"names-are-not-paths", "a slash means nothing, and no lock lies inside another",
		distinct("a", "a/id", "a/p", "a/", "a//b", "a/b", "/a", "a/../b", "b", "a.b", "a:b", `a\b`, "a|b", "a/id/id"),
	},
	{
		"names-are-not-patterns", "a name is looked up as it is, never matched",
		distinct("p*", "p?", "p%", "p_", "pa", "pb", "p[ab]", "p{a,b}", "p.", "p+", "^p", "p$", "*", "%"),
	},
	{
		"names-are-data", "a quote or a space in a name must neither break a command nor change it",
		distinct("x", "x y", "x  y", "x'y", "x''y", `x"y`, "x`y", "x;y", "x--y", "x#y", "x=y", "x,y", "x%20y", "x+y", "x&y", "x<y", "x$y", "x${y}", "x{y}", "0", "00", "null", "-x", "@x", "~x"),
	},
}

// distinct makes a rule that all of the names are locks of their own.
func distinct(leaves ...string) func(p *probe) {
	return func(p *probe) {
		wants := make([]sdk.Lease, len(leaves))
		for i, leaf := range leaves {
			wants[i] = p.want(leaf)
		}
		independent(p, wants)
	}
}

// distinctLong uses names of the greatest length that differ in one byte, at
// the end or at a length where stores like to cut.
func distinctLong(p *probe) {
	full := p.prefix + strings.Repeat("x", sdk.MaxResourceLen-len(p.prefix))
	wants := []sdk.Lease{p.want("")}
	wants[0].Resource = full
	for _, at := range []int{127, 128, 191, 250, 252, 253, 254} {
		want := p.want("")
		want.Resource = full[:at] + "y" + full[at+1:]
		cut := p.want("")
		cut.Resource = full[:at]
		wants = append(wants, want, cut)
	}
	independent(p, wants)
}

// independent takes all locks, at first by one and the same caller, then gives
// them back one by one and looks at the neighbour each time.
func independent(p *probe, wants []sdk.Lease) {
	a, b := p.open(), p.open()
	leases := make([]sdk.Lease, len(wants))
	for i, want := range wants {
		leases[i] = a.acquire(want)
	}
	for _, lease := range leases {
		b.unchanged(lease)
	}
	for i, lease := range leases {
		b.release(lease)
		b.free(lease.Resource)
		if i+1 < len(leases) {
			b.unchanged(leases[i+1])
		}
	}
}
