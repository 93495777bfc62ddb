// Command inprocess-postgres does one call on the backend postgres, for
// `make bench`.
package main

import (
	"context"

	"github.com/stormlock/stormlock/plugins/postgres"
	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/bench/inprocess"
)

func main() {
	inprocess.Main(func(ctx context.Context, settings map[string]string) (sdk.Backend, error) {
		return postgres.Open(ctx, postgres.Config{Connection: settings["connection"]})
	})
}
