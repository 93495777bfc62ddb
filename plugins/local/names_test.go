package local

import (
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
)

// The file tells resources apart by the keys of one bucket. So many locks lie in
// it at once here, each of which was free when it was taken, and each release
// leaves all the others.
func TestKeysOfTwoResourcesNeverMeet(t *testing.T) {
	b := newBackend(t)
	held := make(map[string]sdk.Lease)
	names := backendtest.Names(t, 150, string(metaBucket), string(leaseBucket), string(clockKey), string(bootKey), string(versionKey))
	for _, name := range names {
		w := wanted(name)
		w.TTL = time.Hour
		held[name] = acquire(t, b, w)
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(names), func(i, k int) { names[i], names[k] = names[k], names[i] })
	for _, name := range names {
		if _, err := b.Acquire(t.Context(), wanted(name)); !errors.Is(err, sdk.ErrHeld) {
			t.Fatalf("%q is not held: %v", name, err)
		}
		backendtest.Release(t, b, held[name])
		delete(held, name)
		isHolding(t, b, held, name)
	}
}

// isHolding checks that all of some leases are there, as they were, and no
// others.
func isHolding(t *testing.T, b sdk.Backend, held map[string]sdk.Lease, released string) {
	t.Helper()
	found := make(map[string]sdk.Lease)
	for lease, err := range b.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		found[lease.Resource] = lease
	}
	same := func(a, b sdk.Lease) bool { return a.ID == b.ID && a.Fence == b.Fence }
	if !maps.EqualFunc(found, held, same) {
		t.Fatalf("after the release of %q there are %q, want %q", released, slices.Sorted(maps.Keys(found)), slices.Sorted(maps.Keys(held)))
	}
}
