package mysql

import (
	"database/sql"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

func TestListByPrefix(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	for _, name := range []string{"a", "ab", "ab%", "ab_", "abé", "ac", "B", "b", "漢", "漢字"} {
		acquire(t, b, want(name))
	}
	acquire(t, b, want("ab over"))
	run(t, conn, endLease, "ab over")
	for prefix, names := range map[string][]string{
		"":   {"B", "a", "ab", "ab%", "ab_", "abé", "ac", "b", "漢", "漢字"},
		"ab": {"ab", "ab%", "ab_", "abé"}, "ab%": {"ab%"}, "A": nil, "漢": {"漢", "漢字"}, "zz": nil,
	} {
		if got := list(t, b, prefix); !slices.Equal(got, names) {
			t.Errorf("%q: %q, want %q", prefix, got, names)
		}
	}
}

// fill makes so many locks.
func fill(t testing.TB, conn *sql.DB, n int) {
	t.Helper()
	run(t, conn, fmt.Sprintf(`INSERT INTO stormlock (resource, lease, principal, created, expires)
		SELECT LPAD(seq, 6, '0'), UNHEX(MD5(seq)), 'x', NOW(), TIMESTAMPADD(HOUR, 1, NOW()) FROM seq_1_to_%d`, n))
}

func TestListOfSeveralPages(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	const n = 2*pageSize + 1
	fill(t, conn, n)
	if got := list(t, b, ""); len(got) != n || len(slices.Compact(got)) != n {
		t.Errorf("%d leases", len(got))
	}
}

// While a lease is yielded nothing is locked.
func TestListHoldsNothingWhileItYields(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	fill(t, conn, pageSize+1)
	for lease, err := range b.List(testContext(t), "") {
		if err != nil {
			t.Fatal(err)
		}
		if n := one[int](t, conn, "SELECT COUNT(*) FROM information_schema.innodb_trx AS x JOIN information_schema.processlist AS p ON p.id = x.trx_mysql_thread_id WHERE p.db = DATABASE()"); n != 0 {
			t.Fatalf("%d transactions", n)
		}
		release(t, b, sdk.Lease{Resource: lease.Resource, ID: lease.ID})
		break
	}
	eventually(t, 20*time.Second, "the connection is gone", func() bool { return sessions(t, conn) == 0 })
}
