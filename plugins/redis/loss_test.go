package redis

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	goredis "github.com/redis/go-redis/v9"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// What can lose a lock on one server, as docs/backends.md tells its users. The
// other way, a failover, is in sentinel_test.go.

// Every policy but noeviction takes locks: they are keys that expire.
func TestEvictionTakesALock(t *testing.T) {
	for _, policy := range []string{"volatile-ttl", "volatile-lru", "allkeys-random"} {
		t.Run(policy, func(t *testing.T) {
			t.Parallel()
			b, raw, _ := start(t, "--maxmemory-policy", policy)
			lost := acquire(t, b, want("deploy"))
			fill(t, raw)
			if n := must(t, raw.Exists(testContext(t), "deploy")); n != 0 {
				t.Fatal("the lock is still there")
			}
			if _, err := b.Renew(testContext(t), lost); !errors.Is(err, sdk.ErrNotHeld) {
				t.Errorf("renew: %v", err)
			}
			must(t, raw.ConfigSet(testContext(t), "maxmemory", "0"))
			if next := acquire(t, b, want("deploy")); next.Fence <= lost.Fence {
				t.Errorf("fence went from %d to %d", lost.Fence, next.Fence)
			}
		})
	}
}

func TestNoEvictionKeepsALock(t *testing.T) {
	t.Parallel()
	b, raw, _ := start(t, "--maxmemory-policy", "noeviction")
	kept := acquire(t, b, want("deploy"))
	fill(t, raw)
	got, err := b.Current(testContext(t), "deploy")
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, kept)
}

// fill writes another application's data, without expiry, until the lock is
// gone or the server takes no more.
func fill(t *testing.T, raw *goredis.Client) {
	t.Helper()
	ctx := testContext(t)
	must(t, raw.ConfigSet(ctx, "maxmemory", "6mb"))
	value := strings.Repeat("x", 10_000)
	for i := range 5_000 {
		if err := raw.Set(ctx, fmt.Sprint("app:", i), value, 0).Err(); err != nil {
			if !strings.HasPrefix(err.Error(), "OOM") {
				t.Fatal(err)
			}
			return
		}
		if i%50 == 0 && raw.Exists(ctx, "deploy").Val() == 0 {
			return
		}
	}
	t.Fatal("there is no end to the server's memory")
}

// A server that keeps snapshots alone forgets at a crash what came after the
// last one. With an append-only file that is written at each command, it does
// not forget.
func TestPersistence(t *testing.T) {
	snapshots := []string{"--save", "3600 1 300 100 60 10000"}
	for _, c := range []struct {
		name string
		args []string
		kept bool
	}{
		{"snapshots", snapshots, false},
		{"append-only file", append([]string{"--appendonly", "yes", "--appendfsync", "always"}, snapshots...), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, _, server := start(t, c.args...)
			lease := acquire(t, b, want("deploy"))
			server.Stop() // by SIGKILL
			again, err := servers.StartRedis(server.Dir, c.args...)
			if err != nil {
				t.Fatal(err)
			}
			defer again.Stop()
			b = openAt(t, Config{URL: again.URL})
			switch got, err := b.Current(testContext(t), "deploy"); {
			case c.kept && err != nil:
				t.Error(err)
			case c.kept:
				same(t, got, lease)
			case !errors.Is(err, sdk.ErrNotHeld):
				t.Errorf("current: %v", err)
			}
		})
	}
}
