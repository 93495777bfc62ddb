package backendtest

import (
	"context"
	"errors"
	"maps"
	"testing"

	"github.com/stormlock/stormlock/sdk"
)

// An Operation is one method of a backend, with its arguments. What a test says
// of every method it says of each of these.
type Operation = func(context.Context, sdk.Backend) error

// Operations are the methods that are about one lock, each called with lease:
// acquire, renew, release and current.
func Operations(lease sdk.Lease) map[string]Operation {
	return map[string]Operation{
		"acquire": func(ctx context.Context, b sdk.Backend) error { _, err := b.Acquire(ctx, lease); return err },
		"renew":   func(ctx context.Context, b sdk.Backend) error { _, err := b.Renew(ctx, lease); return err },
		"release": func(ctx context.Context, b sdk.Backend) error { return b.Release(ctx, lease) },
		"current": func(ctx context.Context, b sdk.Backend) error { _, err := b.Current(ctx, lease.Resource); return err },
	}
}

// Everything is operations and the other methods that do I/O: list and setup.
func Everything(operations map[string]Operation) map[string]Operation {
	all := maps.Clone(operations)
	all["setup"] = func(ctx context.Context, b sdk.Backend) error { _, err := b.Setup(ctx, false); return err }
	all["list"] = func(ctx context.Context, b sdk.Backend) error {
		for _, err := range b.List(ctx, "") {
			if err != nil {
				return err
			}
		}
		return nil
	}
	return all
}

// IsCertain tells whether an error promises that nothing was done: it matches
// one of the package sdk's.
func IsCertain(err error) bool {
	for _, promise := range []error{sdk.ErrUnavailable, sdk.ErrRefused, sdk.ErrConfig, sdk.ErrInvalid, sdk.ErrNotHeld, sdk.ErrHeld} {
		if errors.Is(err, promise) {
			return true
		}
	}
	return false
}

// IsUnknown checks that an error promises nothing, so that the host has to
// settle what happened.
func IsUnknown(t testing.TB, what string, err error) {
	t.Helper()
	if err == nil || IsCertain(err) {
		t.Errorf("%s: %v; want an error that promises nothing", what, err)
	}
}
