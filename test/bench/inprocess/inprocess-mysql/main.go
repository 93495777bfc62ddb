// Command inprocess-mysql does one call on the backend mysql, for `make bench`.
package main

import (
	"context"

	"github.com/stormlock/stormlock/plugins/mysql"
	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/bench/inprocess"
)

func main() {
	inprocess.Main(func(ctx context.Context, settings map[string]string) (sdk.Backend, error) {
		return mysql.Open(ctx, mysql.Config{
			Host: settings["host"], Port: settings["port"], User: settings["user"], Database: settings["database"],
		})
	})
}
