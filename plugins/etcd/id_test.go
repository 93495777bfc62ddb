package etcd

import (
	"math"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk"
)

func TestLeaseIDIsReadInAnySpelling(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"123456789abcdef":  0x0123456789abcdef,
		"0123456789abcdef": 0x0123456789abcdef,
		"0123456789ABCDEF": 0x0123456789abcdef,
		"694d9f7b5e1c3a08": 0x694d9f7b5e1c3a08,
		"1":                1,
		"7fffffffffffffff": math.MaxInt64,
	} {
		if got, ok := leaseID(text); !ok || got != want {
			t.Errorf("%s: %x, %t; want %x", text, got, ok, want)
		}
	}
	for _, text := range []string{
		"", "0", "00", "g", "-1", "+1", "0x1", "1_0", " 1", "8000000000000000", "ffffffffffffffff",
		"00123456789abcdef", strings.Repeat("0", 32), "é", "01234567-89ab-cdef",
	} {
		if got, ok := leaseID(text); ok {
			t.Errorf("%q is read as %x", text, got)
		}
	}
}

func TestEitherIDIsAcceptedInAnySpelling(t *testing.T) {
	t.Parallel()
	b, _ := start(t)
	for _, spell := range []func(asked, shown string) string{
		func(asked, _ string) string { return asked },
		func(asked, _ string) string { return strings.ToUpper(asked) },
		func(asked, _ string) string {
			return strings.Join([]string{asked[:8], asked[8:12], asked[12:16], asked[16:20], asked[20:]}, "-")
		},
		func(_, shown string) string { return shown },
		func(_, shown string) string { return strings.ToUpper(shown) },
		func(_, shown string) string { return strings.Repeat("0", 16-len(shown)) + shown },
	} {
		w := want("deploy")
		shown := acquire(t, b, w)
		typed := sdk.Lease{Resource: "deploy", ID: spell(w.ID, shown.ID), TTL: w.TTL}
		if _, err := b.Renew(testContext(t), typed); err != nil {
			t.Errorf("renew with %s: %v", typed.ID, err)
		}
		release(t, b, typed)
	}
}

// A lock without an id that was asked for, as Python's, and none at all, are not
// anybody's who gives an empty id or zeros.
func TestNoIDIsNobodys(t *testing.T) {
	t.Parallel()
	for _, l := range []lock{{}, {id: 1}} {
		for _, id := range []string{"", "0", strings.Repeat("0", 16), strings.Repeat("0", 32)} {
			if l.is(id) {
				t.Errorf("%+v is %q", l, id)
			}
		}
	}
}

// The host's id says nothing about the etcd lease: the same may be asked with
// for two resources.
func TestSameIDForTwoResources(t *testing.T) {
	t.Parallel()
	b, _ := start(t)
	one, two := want("one"), want("two")
	one.ID = strings.Repeat("0", 32) // as good as any
	two.ID = one.ID
	first, second := acquire(t, b, one), acquire(t, b, two)
	if first.ID == second.ID {
		t.Errorf("both are on the etcd lease %s", first.ID)
	}
	release(t, b, one)
	same(t, current(t, b, "two"), second)
}
