package backendtest

import (
	"errors"
	"testing"

	"github.com/stormlock/stormlock/sdk"
)

// IsNoID checks that a lease is simply not the current one if its id is a text
// that the backend does not read as an id.
func IsNoID(t testing.TB, b sdk.Backend, typed sdk.Lease) {
	t.Helper()
	if _, err := b.Renew(t.Context(), typed); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("renew with %q: %v", typed.ID, err)
	}
	if err := b.Release(t.Context(), typed); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("release with %q: %v", typed.ID, err)
	}
}
