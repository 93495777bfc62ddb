// Command inprocess-redis does one call on the backend redis, for
// `make bench`.
package main

import (
	"context"

	"github.com/stormlock/stormlock/plugins/redis"
	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/bench/inprocess"
)

func main() {
	inprocess.Main(func(ctx context.Context, settings map[string]string) (sdk.Backend, error) {
		return redis.Open(ctx, redis.Config{URL: settings["url"]})
	})
}
