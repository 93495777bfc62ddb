package mysql

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
)

// Both tables tell resources apart by their key, byte by byte, whatever the
// collation was that Python's table was made in. So many locks lie in one table
// at once here, each of which was free when it was taken, and each release leaves
// all the others.
func TestKeysOfTwoResourcesNeverMeet(t *testing.T) {
	t.Parallel()
	for name, made := range map[string]string{
		"our table":          "",
		"Python's, in Latin": pythonTable + " CHARACTER SET latin1",
		"Python's, in UTF-8": pythonTable + " CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := database(t)
			if made != "" {
				run(t, connect(t, p), made)
			}
			b := openAt(t, p.config())
			setup(t, b)
			keepApart(t, b, backendtest.Names(t, 60, "stormlock", "{fences}", "?", "\\'", "_fence", "x'"))
		})
	}
}

func keepApart(t *testing.T, b sdk.Backend, names []string) {
	t.Helper()
	held := map[string]sdk.Lease{}
	for _, name := range names {
		w := want(name)
		w.TTL = time.Hour
		held[name] = acquire(t, b, w)
	}
	for i, name := range names {
		if i%10 == 0 {
			rest := slices.Clone(names[i:])
			slices.Sort(rest)
			if got := list(t, b, ""); !slices.Equal(got, rest) {
				t.Fatalf("list is\n%q, want\n%q", got, rest)
			}
		}
		if _, err := b.Acquire(testContext(t), want(name)); !errors.Is(err, sdk.ErrHeld) {
			t.Fatalf("%q is not held: %v", name, err)
		}
		release(t, b, held[name])
	}
}

// Names that most collations take for one.
func TestNamesThatLookAlikeToACollation(t *testing.T) {
	t.Parallel()
	b, _, _ := start(t)
	for _, name := range []string{"deploy", "Deploy", "DEPLOY", "déploy", "de\u0301ploy", "strasse", "straße", "a", "ａ", "İ", "i"} {
		lease := acquire(t, b, want(name))
		if got, err := b.Current(testContext(t), name); err != nil || got.ID != lease.ID || got.Resource != name {
			t.Errorf("%q: %+v, %v", name, got, err)
		}
	}
}

// A name that Python has with a space behind it is another than ours.
func TestSpaceBehindANameCounts(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	if !pythonTakes(t, conn, "deploy ") {
		t.Fatal("Python does not take it")
	}
	acquire(t, b, want("deploy"))
	if names := list(t, b, ""); !slices.Equal(names, []string{"deploy"}) {
		t.Errorf("list: %q", names) // the other is none that we could name
	}
}
