package backendtest

import (
	"errors"
	"testing"

	"github.com/stormlock/stormlock/sdk"
)

// StaysClosed closes a backend, twice, and checks that every operation is then told
// that the store is not there, in a text that holds each of parts.
func StaysClosed(t testing.TB, b sdk.Backend, operations map[string]Operation, parts ...string) {
	t.Helper()
	for range 2 {
		if err := b.Close(); err != nil {
			t.Fatalf("close: %v", err)
		}
	}
	for name, operate := range operations {
		err := operate(Context(t), b)
		if !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("%s: %v; want sdk.ErrUnavailable", name, err)
		}
		Says(t, err, parts...)
	}
}
