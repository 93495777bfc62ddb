package dynamodb

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
)

// parts are what our keys are made of.
var parts = []string{" fence:", "fence:", " fence1:", "fence", "resource", "lease"}

// readKey is the inverse of the keys: whose resource's a key is, and whether it
// is that of the counter. It is written down here from what is said of the keys,
// not derived from the code that makes them.
func readKey(key string) (resource string, counter bool) {
	if resource, counter = strings.CutPrefix(key, " fence:"); counter {
		return resource, true
	}
	return key, false
}

// Each key has one resource, and is its lock's or its counter's. So no two
// resources ever meet.
func TestKeysOfTwoResourcesNeverMeet(t *testing.T) {
	t.Parallel()
	taken := make(map[string]string)
	for _, resource := range backendtest.Names(t, 5000, parts...) {
		lock, _ := key(resource).text("resource")
		for i, at := range []string{lock, fenceKey(resource)} {
			if other, ok := taken[at]; ok {
				t.Fatalf("%q is a key of %q and of %q", at, other, resource)
			}
			taken[at] = resource
			if of, counter := readKey(at); of != resource || counter != (i == 1) {
				t.Fatalf("%q of %q reads as that of %q, the counter: %t", at, resource, of, counter)
			}
		}
	}
}

// What DynamoDB makes of the keys: many locks lie in one table at once, each of
// which was free when it was taken, and each release leaves all the others.
func TestNamesThatLookAlikeAreKeptApart(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	names := backendtest.Names(t, 60, parts...)
	held := make(map[string]sdk.Lease)
	for _, name := range names {
		held[name] = acquire(t, b, want(name))
	}
	if items := dump(t, b, raw); len(items) != 2*len(names) {
		t.Errorf("the table has %d items, want %d", len(items), 2*len(names))
	}
	for _, name := range names {
		if _, err := b.Acquire(testContext(t), want(name)); !errors.Is(err, sdk.ErrHeld) {
			t.Fatalf("%q is not held: %v", name, err)
		}
		release(t, b, held[name])
		delete(held, name)
		if got := list(t, b, ""); !slices.Equal(got, slices.Sorted(maps.Keys(held))) {
			t.Fatalf("after the release of %q there are %q, want %q", name, got, slices.Sorted(maps.Keys(held)))
		}
	}
}
