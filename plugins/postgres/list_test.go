package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

func TestListYieldsWholeLeases(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	first := acquire(t, b, want("one"))
	pythonLock(t, conn, "python", inAMinute(t, conn), pythonID)
	got := make(map[string]sdk.Lease)
	for lease, err := range b.List(testContext(t), "") {
		if err != nil {
			t.Fatal(err)
		}
		got[lease.Resource] = lease
	}
	if len(got) != 2 || got["python"].ID != pythonHex || got["python"].Principal != "guido@ops" {
		t.Fatalf("got %+v", got)
	}
	same(t, got["one"], first)
}

func TestListPassesOverWhatIsNotALock(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	loosen(t, conn)
	for kind, row := range foreign {
		run(t, conn, foreignInsert(row), "foreign "+kind)
	}
	for _, name := range []string{" leading", "trailing ", "control\x01", "zero\u200bwidth", ""} {
		pythonLock(t, conn, name, inAMinute(t, conn), pythonID)
	}
	acquire(t, b, want("deploy"))
	if got := list(t, b, ""); !slices.Equal(got, []string{"deploy"}) {
		t.Errorf("got %q", got)
	}
}

func TestListTakesThePrefixAsText(t *testing.T) {
	t.Parallel()
	b, _, _ := start(t)
	names := []string{"a", "ab", "A", "a%", "a%b", "a_", "a[b]", `a\`, `a\b`, "é", "\U0010fffd"}
	for _, name := range names {
		acquire(t, b, want(name))
	}
	slices.Sort(names)
	for prefix, expected := range map[string][]string{
		"":           names,
		"A":          {"A"},
		"a%":         {"a%", "a%b"},
		"a_":         {"a_"},
		"a[":         {"a[b]"},
		`a\`:         {`a\`, `a\b`},
		"ab":         {"ab"},
		"é":          {"é"},
		"e":          nil,
		"\U0010fffd": {"\U0010fffd"},
		"\U0010ffff": nil,
	} {
		if got := list(t, b, prefix); !slices.Equal(got, expected) {
			t.Errorf("prefix %q: %q, want %q", prefix, got, expected)
		}
	}
}

// Pages end and begin with any name, also in a table whose own order is not
// that of bytes.
func TestListOfManyYieldsEachOnce(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	run(t, conn, `ALTER TABLE stormlock ALTER COLUMN resource TYPE text COLLATE "en-x-icu"`)
	run(t, conn, `INSERT INTO stormlock (resource, lease, principal, created, expires)
		SELECT (ARRAY['r', 'R', 'ré', 'r-', 'r '])[1 + n % 5] || n, gen_random_uuid(), 'x', now(), now() + interval '1 minute'
		FROM generate_series(1, 4 * $1) AS n`, pageSize)
	const fifth = 4 * pageSize / 5
	for prefix, n := range map[string]int{"r": 4 * fifth, "R": fifth, "": 5 * fifth} {
		got := list(t, b, prefix)
		if len(got) != n || len(slices.Compact(slices.Sorted(slices.Values(got)))) != n {
			t.Errorf("prefix %q: %d leases, want %d", prefix, len(got), n)
		}
	}
}

// What is passed over fills pages too.
func TestListGoesOnAfterAPageOfForeignData(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	run(t, conn, `INSERT INTO stormlock (resource, lease, principal, created, expires)
		SELECT E'a\u200b' || n, gen_random_uuid(), 'x', now(), now() + interval '1 minute' FROM generate_series(1, $1) AS n`, pageSize)
	acquire(t, b, want("b"))
	if got := list(t, b, ""); !slices.Equal(got, []string{"b"}) {
		t.Errorf("got %d leases", len(got))
	}
}

// While a lease is yielded, nothing of ours is under way at the server.
func TestListHoldsNothingWhileItYields(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	run(t, conn, `INSERT INTO stormlock (resource, lease, principal, created, expires)
		SELECT 'r' || n, gen_random_uuid(), 'x', now(), now() + interval '1 minute' FROM generate_series(1, $1) AS n`, pageSize+1)
	const underWay = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
		AND backend_type = 'client backend' AND (state <> 'idle' OR xact_start IS NOT NULL)`
	looks := 0
	for lease, err := range b.List(testContext(t), "") {
		if err != nil {
			t.Fatal(err)
		}
		if lease.Resource != "r1" && lease.Resource != "r999" { // the first and the last
			continue
		}
		looks++
		if n := one[int](t, conn, underWay); n != 0 {
			t.Errorf("%d sessions are busy", n)
		}
		run(t, conn, "DO $$ BEGIN LOCK TABLE stormlock IN ACCESS EXCLUSIVE MODE NOWAIT; END $$")
	}
	if looks != 2 {
		t.Errorf("%d looks", looks)
	}
	eventually(t, 20*time.Second, "no other connection", func() bool { return others(t, conn) == 0 })
}

// A caller may change locks while he walks over them, and the tables.
func TestListCanBeWalked(t *testing.T) {
	t.Parallel()
	b, _, _ := start(t)
	for i := range 3 {
		acquire(t, b, want(fmt.Sprint(i)))
	}
	for lease, err := range b.List(testContext(t), "") {
		if err != nil {
			t.Fatal(err)
		}
		release(t, b, lease)
	}
	if got := list(t, b, ""); len(got) != 0 {
		t.Errorf("left: %q", got)
	}
}

func TestListStopsWhenTheReaderDoes(t *testing.T) {
	t.Parallel()
	b, _, _ := start(t)
	acquire(t, b, want("one"))
	acquire(t, b, want("two"))
	calls := 0
	b.List(testContext(t), "")(func(sdk.Lease, error) bool { calls++; return false })
	if calls != 1 {
		t.Errorf("%d calls", calls)
	}
}

func TestListStopsAfterTheFirstError(t *testing.T) {
	t.Parallel()
	b, _, _ := start(t)
	ctx, cancel := context.WithCancel(testContext(t))
	cancel()
	var errs []error
	for _, err := range b.List(ctx, "") {
		errs = append(errs, err)
	}
	if len(errs) != 1 || !errors.Is(errs[0], sdk.ErrUnavailable) {
		t.Errorf("errors = %v", errs)
	}
}
