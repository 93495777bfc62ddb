package redis

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// What each operation costs in round trips once the connection stands: reading
// the server's clock is one where something may be written, the script another.
func TestTurns(t *testing.T) {
	server := servers.Redis(t)
	turns := servers.CountTurns(t, server.Addr)
	b := openAt(t, Config{URL: "redis://" + turns.Addr})
	lease := want("deploy")
	other := sdk.Lease{Resource: "deploy", ID: sdk.NewID(), TTL: time.Hour}
	ctx := testContext(t)
	if _, err := b.Current(ctx, "deploy"); !errors.Is(err, sdk.ErrNotHeld) {
		t.Fatal(err) // and the connection stands
	}
	turns.Count()
	for _, c := range []struct {
		name string
		call func() error
		want error
		cost int
	}{
		{"current, free", func() error { _, err := b.Current(ctx, "deploy"); return err }, sdk.ErrNotHeld, 1},
		{"renew, not held", func() error { _, err := b.Renew(ctx, lease); return err }, sdk.ErrNotHeld, 2},
		{"release, not held", func() error { return b.Release(ctx, lease) }, sdk.ErrNotHeld, 2},
		{"acquire, granted", func() error { _, err := b.Acquire(ctx, lease); return err }, nil, 2},
		{"acquire, own repeat", func() error { _, err := b.Acquire(ctx, lease); return err }, nil, 2},
		{"acquire, held", func() error { _, err := b.Acquire(ctx, want("deploy")); return err }, sdk.ErrHeld, 2},
		{"current, held", func() error { _, err := b.Current(ctx, "deploy"); return err }, nil, 1},
		{"renew", func() error { _, err := b.Renew(ctx, lease); return err }, nil, 2},
		{"renew, another's", func() error { _, err := b.Renew(ctx, other); return err }, sdk.ErrNotHeld, 2},
		{"release, another's", func() error { return b.Release(ctx, other) }, sdk.ErrNotHeld, 2},
		{"list, one page", func() error { return everything["list"](ctx, b) }, nil, 3},
		{"setup", func() error { return everything["setup"](ctx, b) }, nil, 1},
		{"release", func() error { return b.Release(ctx, lease) }, nil, 2},
		{"list, nothing", func() error { return everything["list"](ctx, b) }, nil, 2},
	} {
		if err := c.call(); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
		if got := turns.Count(); got != c.cost {
			t.Errorf("%s: %d round trips, want %d", c.name, got, c.cost)
		}
	}
}

// Connecting itself costs HELLO, which also logs in, and SELECT for a database
// other than 0.
func TestTurnsOfConnecting(t *testing.T) {
	server := servers.Redis(t)
	addUser(t, client(t, server), allowed+" +select")
	turns := servers.CountTurns(t, server.Addr)
	for _, c := range []struct {
		url  string
		cost int
	}{
		{"redis://" + turns.Addr, 1},
		{"redis://lock:s3cr3t@" + turns.Addr, 1},
		{"redis://lock:s3cr3t@" + turns.Addr + "/2", 2},
	} {
		b := openAt(t, Config{URL: c.url, Prefix: "app:"})
		if _, err := b.Current(testContext(t), "deploy"); !errors.Is(err, sdk.ErrNotHeld) {
			t.Errorf("%s: %v", c.url, err)
		}
		if got := turns.Count() - 1; got != c.cost {
			t.Errorf("%s: connecting takes %d round trips, want %d", c.url, got, c.cost)
		}
	}
}

// Behind Sentinel, a HELLO and a question to each of them come first, at the
// same time.
func TestTurnsBehindSentinel(t *testing.T) {
	t.Parallel()
	primary := servers.Redis(t)
	turns := servers.CountTurns(t, startSentinel(t, primary.Addr, 1).Addr)
	url := fmt.Sprintf("redis://%s?master_name=locks", turns.Addr)
	b := openAt(t, Config{URL: url, Mode: "sentinel"})
	acquire(t, b, want("one"))
	if got := turns.Count(); got != 2 {
		t.Errorf("%d round trips to the Sentinel, want 2", got)
	}
	acquire(t, b, want("two"))
	if got := turns.Count(); got != 0 {
		t.Errorf("%d round trips to the Sentinel with the connection open, want 0", got)
	}
}
