package conformance_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/conformance"
)

// A forgetful backend grants every lock to whoever asks.
type forgetful struct{ sdk.Backend }

func (forgetful) Acquire(_ context.Context, want sdk.Lease) (sdk.Lease, error) { return want, nil }
func (forgetful) Release(context.Context, sdk.Lease) error                     { return nil }
func (forgetful) Close() error                                                 { return nil }

// Without package testing, the checks are a table.
func ExampleChecks() {
	store := conformance.Store{
		Open: func(context.Context) (sdk.Backend, error) { return forgetful{}, nil },
	}
	for _, check := range conformance.Checks() {
		if check.Name != "mutual-exclusion" {
			continue
		}
		err := check.Run(context.Background(), &store)
		fmt.Println(check.Name, "holds:", err == nil || errors.Is(err, conformance.ErrNotApplicable))
	}
	// Output: mutual-exclusion holds: false
}
