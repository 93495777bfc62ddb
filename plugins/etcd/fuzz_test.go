package etcd

import (
	"testing"

	"github.com/stormlock/stormlock/sdk/backendtest"
)

// FuzzLeaseID is about ids as somebody typed them: the one that a lock was asked
// for with, and the one of its etcd lease, which is shown. No text is both.
func FuzzLeaseID(f *testing.F) {
	shown := func(text string) (string, bool) {
		n, ok := leaseID(text)
		return showID(n), ok
	}
	f.Fuzz(func(t *testing.T, one, other string) {
		backendtest.Spellings(t, askedID, one, other)
		backendtest.Spellings(t, shown, one, other)
		asked, isAsked := askedID(one)
		n, isShown := leaseID(one)
		if isAsked && isShown {
			t.Errorf("%q is read as both %s and %x", one, asked, n)
		}
		if (lock{}).is(one) {
			t.Errorf("%q is the id of no lock", one)
		}
		// Whose lock one is, other is exactly if it reads as the same.
		if also, ok := askedID(other); isAsked {
			is(t, lock{id: 1, asked: asked}, one, true)
			is(t, lock{id: 1, asked: asked}, other, ok && also == asked || idIs(other, 1))
		}
		if isShown {
			is(t, lock{id: n}, one, true)
			is(t, lock{id: n}, other, idIs(other, n))
		}
	})
}

func idIs(text string, n int64) bool {
	got, ok := leaseID(text)
	return ok && got == n
}

func is(t *testing.T, l lock, text string, want bool) {
	t.Helper()
	if got := l.is(text); got != want {
		t.Errorf("%q is that of %+v: %t, want %t", text, l, got, want)
	}
}
