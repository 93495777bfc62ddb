package redis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"testing"

	goredis "github.com/redis/go-redis/v9"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/conformance"
	"github.com/stormlock/stormlock/test/servers"
)

// The whole suite in each mode: on one server, on a primary with replicas behind
// Sentinels, and over the three nodes of a cluster.
func TestConformance(t *testing.T) {
	const prefix = "p{x}:" // with a hash tag, the harder case for the fence
	t.Run("single", func(t *testing.T) {
		t.Parallel()
		server := servers.Redis(t)
		conform(t, Config{URL: server.URL, Prefix: prefix}, client(t, server))
	})
	t.Run("sentinel", func(t *testing.T) {
		t.Parallel()
		set := startReplicaSet(t)
		conform(t, Config{URL: set.url, Mode: "sentinel", Prefix: prefix}, set.clients[0])
	})
	t.Run("cluster", func(t *testing.T) {
		t.Parallel()
		c := startCluster(t)
		raw := goredis.NewClusterClient(&goredis.ClusterOptions{Addrs: []string{c.nodes[0].Addr}, Protocol: 2})
		t.Cleanup(func() { _ = raw.Close() })
		conform(t, Config{URL: c.url, Mode: "cluster", Prefix: "p:"}, raw)
		for i, node := range c.clients {
			if must(t, node.DBSize(testContext(t))) == 0 {
				t.Errorf("node %d was not used", i)
			}
		}
	})
}

func conform(t *testing.T, config Config, raw goredis.Cmdable) {
	t.Run("suite", func(t *testing.T) {
		conformance.Run(t, conformance.Store{
			Open: func(ctx context.Context) (sdk.Backend, error) { return Open(ctx, config) },
			Foreign: func(ctx context.Context, resource string) (func(context.Context) error, error) {
				return plant(ctx, raw, config.Prefix+resource)
			},
		})
	})
}

// plant puts an application's hash at a key. It has no expiry, and must not be
// given one: DUMP alone would not tell.
func plant(ctx context.Context, raw goredis.Cmdable, key string) (func(context.Context) error, error) {
	if err := raw.HSet(ctx, key, "user", "bob").Err(); err != nil {
		return nil, err
	}
	before, err := raw.Dump(ctx, key).Result()
	return func(ctx context.Context) error {
		after, err := raw.Dump(ctx, key).Result()
		if err == nil && after != before {
			err = errors.New("the hash has changed")
		}
		return cmp.Or(err, lastsForEver(ctx, raw, key))
	}, err
}

func lastsForEver(ctx context.Context, raw goredis.Cmdable, key string) error {
	const noExpiry = -1
	switch left, err := raw.PTTL(ctx, key).Result(); {
	case err != nil:
		return err
	case left != noExpiry:
		return fmt.Errorf("the hash was given an expiry, in %s", left)
	}
	return nil
}
