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

func TestConformance(t *testing.T) {
	const prefix = "p{x}:" // with a hash tag, the harder case for the fence
	url := servers.Redis(t).URL
	conformance.Run(t, conformance.Store{
		Open: func(ctx context.Context) (sdk.Backend, error) {
			return Open(ctx, Config{URL: url, Prefix: prefix})
		},
		Foreign: func(ctx context.Context, resource string) (func(context.Context) error, error) {
			return plant(ctx, url, prefix+resource)
		},
	})
}

// plant puts an application's hash at a key. It has no expiry, and must not be
// given one: DUMP alone would not tell.
func plant(ctx context.Context, url, key string) (func(context.Context) error, error) {
	opts, err := goredis.ParseURL(url)
	if err != nil {
		return nil, err
	}
	client := goredis.NewClient(opts)
	defer client.Close()
	if err := client.HSet(ctx, key, "user", "bob").Err(); err != nil {
		return nil, err
	}
	before, err := client.Dump(ctx, key).Result()
	return func(ctx context.Context) error {
		client := goredis.NewClient(opts)
		defer client.Close()
		after, err := client.Dump(ctx, key).Result()
		if err == nil && after != before {
			err = errors.New("the hash has changed")
		}
		return cmp.Or(err, lastsForEver(ctx, client, key))
	}, err
}

func lastsForEver(ctx context.Context, client *goredis.Client, key string) error {
	const noExpiry = -1
	switch left, err := client.PTTL(ctx, key).Result(); {
	case err != nil:
		return err
	case left != noExpiry:
		return fmt.Errorf("the hash was given an expiry, in %s", left)
	}
	return nil
}
