package postgres

import (
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
)

// Both tables tell resources apart by their key, in whatever collation that is:
// ours compares bytes, Python's as the database does. So many locks lie in one
// table at once here, each of which was free when it was taken, and each release
// leaves all the others and their counters.
func TestKeysOfTwoResourcesNeverMeet(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ made, database string }{
		"our table":              {sqlOurTable, ""},
		"Python's in a language": {pythonTable, "TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := database(t, c.database)
			conn := connect(t, at)
			run(t, conn, c.made)
			b := openAt(t, Config{Connection: at})
			setup(t, b)
			keepApart(t, b, conn, backendtest.Names(t, 40, "stormlock", "public.", "{fences}", "$1", "\\'", "_fence"))
		})
	}
}

func keepApart(t *testing.T, b sdk.Backend, conn *pgx.Conn, names []string) {
	t.Helper()
	held := make(map[string]sdk.Lease)
	for _, name := range names {
		w := want(name)
		w.TTL = time.Hour
		held[name] = acquire(t, b, w)
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(names), func(i, k int) { names[i], names[k] = names[k], names[i] })
	for i, name := range names {
		if _, err := b.Acquire(testContext(t), want(name)); !errors.Is(err, sdk.ErrHeld) {
			t.Fatalf("%q is not held: %v", name, err)
		}
		release(t, b, held[name])
		delete(held, name)
		if i%10 == 0 {
			isHolding(t, b, conn, held, name)
		}
	}
	if n := one[int](t, conn, "SELECT count(*) FROM stormlock_fence"); n != len(names) {
		t.Errorf("there are %d counters, want %d", n, len(names))
	}
}

// isHolding checks that all of some leases are there, with their counters as
// they were, and no others.
func isHolding(t *testing.T, b sdk.Backend, conn *pgx.Conn, held map[string]sdk.Lease, released string) {
	t.Helper()
	names := slices.Sorted(maps.Keys(held))
	if got := list(t, b, ""); !slices.Equal(got, names) {
		t.Fatalf("after the release of %q there are %q, want %q", released, got, names)
	}
	var fences []int64
	for _, name := range names {
		fences = append(fences, int64(held[name].Fence))
	}
	got := one[[]int64](t, conn, `SELECT array_agg(fence ORDER BY resource COLLATE "C") FROM stormlock_fence WHERE resource = ANY ($1)`, names)
	if !slices.Equal(got, fences) {
		t.Fatalf("after the release of %q the counters are %d, want %d", released, got, fences)
	}
}

// A table's name is an identifier whatever is in it, in the statements of each
// operation and in those of the setup.
func TestNameOfTheTableIsAnIdentifier(t *testing.T) {
	t.Parallel()
	at := database(t)
	conn := connect(t, at)
	run(t, conn, "CREATE TABLE canary (n int)")
	for _, c := range []table{
		{"public", "t; DROP TABLE canary; --", true},
		{"a'; DROP TABLE canary; --", "b'c", false},
		{"Ops", "SELECT", false},
		{"schloß", "Sperren für 漢字", false},
		{"public", "{table}", true},
		{"{schema}", "{fences} {bare} {zone} {now}", false},
		{"public", "$1 %s %1$I \\", true},
	} {
		text := c.String()
		if c.bare {
			text = c.name
		}
		b := openAt(t, Config{Connection: at, Table: text})
		for _, statement := range setup(t, b) {
			run(t, conn, statement) // they can be repeated by hand
		}
		everyOperation(t, b, "deploy")
		there := one[int](t, conn, "SELECT count(*) FROM pg_tables WHERE schemaname = $1 AND tablename IN ($2, $3)", c.schema, c.name, c.fence())
		if there != 2 {
			t.Errorf("%d tables are called %s and the like", there, text)
		}
	}
	if n := one[int](t, conn, "SELECT count(*) FROM canary"); n != 0 {
		t.Errorf("the other table has %d rows", n)
	}
}
