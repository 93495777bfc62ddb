package redis

import (
	"context"
	"errors"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
)

// foreign holds data that other applications keep, some of it almost a lock.
var foreign = map[string]func(context.Context, *goredis.Client, string) error{
	"string": func(ctx context.Context, c *goredis.Client, k string) error {
		return c.Set(ctx, k, "value", time.Hour).Err()
	},
	"list": func(ctx context.Context, c *goredis.Client, k string) error { return c.RPush(ctx, k, "a", "b").Err() },
	"set":  func(ctx context.Context, c *goredis.Client, k string) error { return c.SAdd(ctx, k, "a", "b").Err() },
	"zset": func(ctx context.Context, c *goredis.Client, k string) error {
		return c.ZAdd(ctx, k, goredis.Z{Score: 1, Member: "a"}).Err()
	},
	"stream": func(ctx context.Context, c *goredis.Client, k string) error {
		return c.XAdd(ctx, &goredis.XAddArgs{Stream: k, Values: []string{"a", "b"}}).Err()
	},
	"hash":                hash(time.Hour, "name", "value"),
	"hash for ever":       hash(0, "name", "value"),
	"lock without expiry": hash(0, "id", pythonID, "p", "x", "c", "1.5"),
	"id of 15 bytes":      hash(time.Hour, "id", pythonID[1:], "p", "x", "c", "1.5"),
	"id of 32 digits":     hash(time.Hour, "id", pythonHex, "p", "x", "c", "1.5"),
	"no principal":        hash(time.Hour, "id", pythonID, "c", "1.5"),
	"no created":          hash(time.Hour, "id", pythonID, "p", "x"),
	"created in words":    hash(time.Hour, "id", pythonID, "p", "x", "c", "yesterday"),
	"created with sign":   hash(time.Hour, "id", pythonID, "p", "x", "c", "-1.5"),
	"created far off":     hash(time.Hour, "id", pythonID, "p", "x", "c", "123456789012.5"),
}

func hash(ttl time.Duration, fields ...any) func(context.Context, *goredis.Client, string) error {
	return func(ctx context.Context, c *goredis.Client, k string) error {
		if err := c.HSet(ctx, k, fields...).Err(); err != nil || ttl == 0 {
			return err
		}
		return c.PExpire(ctx, k, ttl).Err()
	}
}

// operations are tried with the id that the almost-locks above hold.
var operations = operationsOn("data")

func operationsOn(resource string) map[string]backendtest.Operation {
	return backendtest.Operations(sdk.Lease{Resource: resource, ID: pythonHex, Principal: "ana@ops", TTL: time.Second})
}

func TestForeignDataIsRefusedAndUnchanged(t *testing.T) {
	b, raw, _ := start(t)
	for kind, write := range foreign {
		for name, operate := range operations {
			t.Run(kind+"/"+name, func(t *testing.T) {
				unchanged(t, raw, write, func() {
					err := operate(testContext(t), b)
					if !errors.Is(err, sdk.ErrRefused) {
						t.Fatalf("error = %v, want a refusal", err)
					}
					contains(t, err, `key "data" holds data that is not a lock (a `, "nothing was changed", `"prefix"`)
				})
			})
		}
		t.Run(kind+"/list", func(t *testing.T) {
			unchanged(t, raw, write, func() {
				if got := list(t, b, ""); len(got) != 0 {
					t.Errorf("got %q", got)
				}
			})
		})
	}
}

// unchanged checks that what lies at the key "data" is the same after a call,
// down to the moment at which it expires, and that nothing came to be beside it.
func unchanged(t *testing.T, raw *goredis.Client, write func(context.Context, *goredis.Client, string) error, call func()) {
	t.Helper()
	ctx := testContext(t)
	must(t, raw.FlushAll(ctx))
	if err := write(ctx, raw, "data"); err != nil {
		t.Fatal(err)
	}
	before, ttl := must(t, raw.Dump(ctx, "data")), must(t, raw.PExpireTime(ctx, "data"))
	call()
	if must(t, raw.Dump(ctx, "data")) != before {
		t.Error("the data was changed")
	}
	if after := must(t, raw.PExpireTime(ctx, "data")); after != ttl {
		t.Errorf("the expiry went from %s to %s", ttl, after)
	}
	if n := must(t, raw.DBSize(ctx)); n != 1 {
		t.Errorf("%d keys are there, want 1", n)
	}
}

// A lock that lacks nothing is taken for one even if another program added to
// it: that is how layouts grow.
func TestExtraFieldsDoNotMakeALockForeign(t *testing.T) {
	b, raw, _ := start(t)
	pythonLock(t, raw, "deploy", "1.5")
	must(t, raw.HSet(testContext(t), "deploy", "x", "more", "f", "words"))
	got, err := b.Current(testContext(t), "deploy")
	if err != nil || got.Fence != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
}
