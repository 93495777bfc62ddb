package etcd

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stormlock/stormlock/sdk"
)

// trips counts round trips: how many requests an operation sends one after the
// other, each waiting for an answer to the one before. Those that are on their
// way at the same time cost one.
type trips struct {
	mu   sync.Mutex
	done int // the most that are known to lie one behind the other
}

func (c *trips) tap() tap {
	return func(_ context.Context, _ any, call func() error) error {
		c.mu.Lock()
		this := c.done + 1 // it begins after all that have ended
		c.mu.Unlock()
		err := call()
		c.mu.Lock()
		c.done = max(c.done, this)
		c.mu.Unlock()
		return err
	}
}

// since returns the count since the last call.
func (c *trips) since() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	count := c.done
	c.done = 0
	return count
}

// together lets requests of an operation overlap for certain: the first two meet
// before they go on. Without that, one could happen to end before the other
// begins, and be counted as if it had to.
func together(first, second string) tap {
	var both sync.WaitGroup
	both.Add(2)
	return func(_ context.Context, request any, call func() error) error {
		if k := kind(request); k == first || k == second {
			both.Done()
			both.Wait()
		}
		return call()
	}
}

// What docs/backends.md says of etcd: round trips once the connection stands.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	straight, raw := start(t)
	acquire(t, straight, want("held"))
	put(t, raw, straight.prefix+"foreign/id", "an application's")
	ours := want("ours")
	acquire(t, straight, ours)
	wrong := sdk.Lease{Resource: "ours", ID: sdk.NewID(), TTL: ours.TTL}
	for _, c := range []struct {
		name    string
		operate func(context.Context, *backend) error
		want    error
		trips   int
		pair    [2]string // requests that go out at the same time
	}{
		{"acquire of a free resource", func(ctx context.Context, b *backend) error { return operate(ctx, "acquire", b, want("free")) }, nil, 2, [2]string{"grant", "read"}},
		{"acquire of a held resource", func(ctx context.Context, b *backend) error { return operate(ctx, "acquire", b, want("held")) }, sdk.ErrHeld, 2, [2]string{"revoke", "left"}},
		{"acquire repeated", func(ctx context.Context, b *backend) error { return operate(ctx, "acquire", b, ours) }, nil, 2, [2]string{"revoke", "left"}},
		{"acquire of foreign data", func(ctx context.Context, b *backend) error { return operate(ctx, "acquire", b, want("foreign")) }, sdk.ErrRefused, 2, [2]string{"grant", "read"}},
		{"current", func(ctx context.Context, b *backend) error { _, err := b.Current(ctx, "ours"); return err }, nil, 2, [2]string{}},
		{"current of a free resource", func(ctx context.Context, b *backend) error { _, err := b.Current(ctx, "nobody's"); return err }, sdk.ErrNotHeld, 1, [2]string{}},
		{"renew", func(ctx context.Context, b *backend) error { return operate(ctx, "renew", b, ours) }, nil, 3, [2]string{}},
		{"renew with a wrong id", func(ctx context.Context, b *backend) error { return operate(ctx, "renew", b, wrong) }, sdk.ErrNotHeld, 1, [2]string{}},
		{"release with a wrong id", func(ctx context.Context, b *backend) error { return operate(ctx, "release", b, wrong) }, sdk.ErrNotHeld, 2, [2]string{}},
		{"release", func(ctx context.Context, b *backend) error { return operate(ctx, "release", b, ours) }, nil, 2, [2]string{}},
		{"list", func(ctx context.Context, b *backend) error { return everything()["list"](ctx, b) }, nil, 2, [2]string{}},
		{"setup", func(ctx context.Context, b *backend) error { _, err := b.Setup(ctx, false); return err }, nil, 1, [2]string{}},
		{"check", func(ctx context.Context, b *backend) error { _, err := b.Check(ctx); return err }, nil, 3, [2]string{}},
	} {
		var counted trips
		options := append(counted.tap().options(), together(c.pair[0], c.pair[1]).options()...)
		b := openAt(t, Config{Endpoints: straight.where, Prefix: straight.prefix}, options...)
		err := c.operate(testContext(t), b)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if got := counted.since(); got != c.trips {
			t.Errorf("%s: %d round trips, want %d", c.name, got, c.trips)
		}
	}
}
