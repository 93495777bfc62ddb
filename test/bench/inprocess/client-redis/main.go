// Command client-redis reads Redis by go-redis alone, for `make bench`.
package main

import (
	"context"

	goredis "github.com/redis/go-redis/v9"

	"github.com/stormlock/stormlock/test/bench/inprocess"
)

const page = 1000

func main() {
	inprocess.ClientMain(func(_ context.Context, settings map[string]string) (inprocess.Client, error) {
		options, err := goredis.ParseURL(settings["url"])
		if err != nil {
			return nil, err
		}
		return client{goredis.NewClient(options)}, nil
	})
}

type client struct{ *goredis.Client }

func (c client) Fill(ctx context.Context, copies int) error {
	for from := 0; from < copies; from += page {
		_, err := c.Pipelined(ctx, func(pipe goredis.Pipeliner) error {
			for n := from; n < min(from+page, copies); n++ {
				pipe.Copy(ctx, inprocess.Seed, inprocess.Name(n), 0, true)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (c client) Read(ctx context.Context) (n int, err error) {
	for cursor := uint64(0); ; {
		var keys []string
		if keys, cursor, err = c.ScanType(ctx, cursor, "*", page, "hash").Result(); err != nil {
			return n, err
		}
		if err := c.locks(ctx, keys); err != nil {
			return n, err
		}
		if n += len(keys); cursor == 0 {
			return n, nil
		}
	}
}

func (c client) locks(ctx context.Context, keys []string) error {
	_, err := c.Pipelined(ctx, func(pipe goredis.Pipeliner) error {
		for _, key := range keys {
			pipe.HGetAll(ctx, key)
			pipe.PTTL(ctx, key)
		}
		return nil
	})
	return err
}
