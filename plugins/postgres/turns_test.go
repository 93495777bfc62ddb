package postgres

import (
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// Round trips once the connection stands. To connect takes one itself, without
// TLS and a password; and the goodbye, which nobody waits for, looks like one.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	_, conn, base := start(t)
	turns := servers.CountTurns(t, hostOf(t, base))
	b := openAt(t, Config{Connection: at(t, base, turns.Addr)})
	count := func(connections int, call func()) int {
		turns.Count()
		call()
		eventually(t, 20*time.Second, "the connection is gone", func() bool { return others(t, conn) == 0 })
		return turns.Count() - 2*connections
	}
	if got := count(1, func() {
		if err := connect(t, at(t, base, turns.Addr)).Close(testContext(t)); err != nil {
			t.Error(err)
		}
	}); got != 0 {
		t.Fatalf("connecting and nothing else: %d round trips more", got)
	}
	ctx := testContext(t)
	mine, other := want("deploy"), want("deploy")
	renew := func(l sdk.Lease) func() {
		return func() { _, _ = b.Renew(ctx, sdk.Lease{Resource: "deploy", ID: l.ID, TTL: time.Hour}) }
	}
	for _, step := range []struct {
		what  string
		call  func()
		trips int
	}{
		{"current of nothing", func() { _, _ = b.Current(ctx, "deploy") }, 1},
		{"acquire", func() { acquire(t, b, mine) }, 3},
		{"acquire again", func() { acquire(t, b, mine) }, 3},
		{"acquire of a held lock", func() { _, _ = b.Acquire(ctx, other) }, 3},
		{"current", func() { _, _ = b.Current(ctx, "deploy") }, 1},
		{"list", func() { list(t, b, "") }, 1},
		{"renew", renew(mine), 3},
		{"renew with another's id", renew(other), 3},
		{"release with another's id", func() { _ = b.Release(ctx, other) }, 3},
		{"release", func() { release(t, b, mine) }, 3},
		{"setup with nothing to do", func() { setup(t, b) }, 2},
		{"dry run", func() { dryRun(t, b) }, 2},
	} {
		if got := count(1, step.call); got != step.trips {
			t.Errorf("%s: %d round trips, want %d", step.what, got, step.trips)
		}
	}
	run(t, conn, `INSERT INTO stormlock (resource, lease, principal, created, expires)
		SELECT n::text, gen_random_uuid(), 'x', now(), now() + interval '1 minute' FROM generate_series(1, $1) AS n`, 2*pageSize+1)
	if got := count(1, func() { list(t, b, "") }); got != 3 {
		t.Errorf("list of three pages: %d round trips", got)
	}
	if got := count(0, func() { renew(sdk.Lease{ID: "nonsense"})() }); got != 0 {
		t.Errorf("renew with what is no id: %d round trips", got)
	}
}
