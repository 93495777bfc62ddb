// Command inprocess-etcd does one call on the backend etcd, for
// `make bench`.
package main

import (
	"context"

	"github.com/stormlock/stormlock/plugins/etcd"
	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/bench/inprocess"
)

func main() {
	inprocess.Main(func(ctx context.Context, settings map[string]string) (sdk.Backend, error) {
		return etcd.Open(ctx, etcd.Config{Endpoints: settings["endpoints"]})
	})
}
