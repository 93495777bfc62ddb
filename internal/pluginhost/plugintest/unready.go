package plugintest

import (
	"context"
	"errors"
	"fmt"

	"github.com/stormlock/stormlock/sdk"
)

// unready has a store that lacks everything: it says so whatever it is asked.
// Its setup tells whether it was a dry run.
func unready(b *backend) {
	fault := sdk.NotSetUp("table %q does not exist", "locks")
	b.acquire = func(context.Context, sdk.Lease) (sdk.Lease, error) { return sdk.Lease{}, fault }
	b.renew = b.acquire
	b.release = func(sdk.Lease) error { return fault }
	b.current = func(context.Context, string) (sdk.Lease, error) { return sdk.Lease{}, fault }
	b.setup = func(dryRun bool) ([]string, error) {
		return []string{"CREATE TABLE locks;", fmt.Sprintf("dry run: %t\x1b[2J", dryRun)}, nil
	}
}

// halfway is set up in part when something goes wrong.
func halfway(b *backend) {
	b.setup = func(bool) ([]string, error) {
		return []string{"CREATE TABLE locks;"}, errors.New("the connection broke")
	}
}
