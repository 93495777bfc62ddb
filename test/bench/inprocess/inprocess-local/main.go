// Command inprocess-local does one call on the backend local, for
// `make bench`.
package main

import (
	"context"

	"github.com/stormlock/stormlock/plugins/local"
	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/bench/inprocess"
)

func main() {
	inprocess.Main(func(ctx context.Context, settings map[string]string) (sdk.Backend, error) {
		return local.Open(ctx, local.Config{Path: settings["path"]})
	})
}
