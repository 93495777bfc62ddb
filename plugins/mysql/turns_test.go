package mysql

import (
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// Round trips once the session is set up. The goodbye, which nobody waits for,
// looks like one.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	straight, conn, p := start(t)
	turns := servers.CountTurns(t, p.addr)
	b := openAt(t, p.at(turns.Addr).config())
	const around = 3 // the login, the session's settings, the goodbye
	count := func(call func()) int {
		turns.Count()
		call()
		eventually(t, 20*time.Second, "the connection is gone", func() bool { return sessions(t, conn) == 0 })
		return turns.Count() - around
	}
	ctx, mine, other := testContext(t), want("deploy"), want("deploy")
	renew := func(l sdk.Lease) func() {
		return func() { _, _ = b.Renew(ctx, sdk.Lease{Resource: "deploy", ID: l.ID, TTL: time.Hour}) }
	}
	for _, step := range []struct {
		what  string
		call  func()
		trips int
	}{
		{"current of nothing", func() { _, _ = b.Current(ctx, "deploy") }, 3},
		{"acquire for the first time", func() { acquire(t, b, mine) }, 7},
		{"acquire again", func() { acquire(t, b, mine) }, 3},
		{"acquire of a held lock", func() { _, _ = b.Acquire(ctx, other) }, 3},
		{"current", func() { _, _ = b.Current(ctx, "deploy") }, 3},
		{"list", func() { list(t, b, "") }, 3},
		{"renew", renew(mine), 4},
		{"renew with another's id", renew(other), 3},
		{"release with another's id", func() { _ = b.Release(ctx, other) }, 6},
		{"release", func() { release(t, b, mine) }, 5},
		{"acquire", func() { acquire(t, b, mine) }, 6},
		{"setup with nothing to do", func() { setup(t, b) }, 3},
		{"dry run", func() { dryRun(t, b) }, 2},
	} {
		if got := count(step.call); got != step.trips {
			t.Errorf("%s: %d round trips, want %d", step.what, got, step.trips)
		}
	}
	release(t, straight, mine)
	fill(t, conn, 2*pageSize+1)
	if got := count(func() { list(t, b, "") }); got != 7 {
		t.Errorf("list of three pages: %d round trips", got)
	}
}
