// Command stormlock-backend-redis lets stormlock keep its locks in Redis.
// stormlock finds it in PATH and runs it; it is of no use by itself.
package main

import (
	"github.com/stormlock/stormlock/plugins/redis"
	"github.com/stormlock/stormlock/sdk/plugin"
)

func main() { plugin.Serve("redis", redis.Open) }
