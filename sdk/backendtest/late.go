package backendtest

import (
	"errors"
	"testing"

	"github.com/stormlock/stormlock/sdk"
)

// GiveUp releases what is not held, which makes requests on their way void.
func GiveUp(t testing.TB, b sdk.Backend, l sdk.Lease) {
	t.Helper()
	if err := b.Release(Context(t), l); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("release: %v, want not held", err)
	}
}

// Overtaking is what can happen between the look of an acquire and its request to
// take, the sender of which is gone or has asked a second time. Each time the lock
// is free afterwards.
var Overtaking = map[string]func(t testing.TB, b sdk.Backend, w sdk.Lease){
	"was told not held": GiveUp,
	"was granted and released": func(t testing.TB, b sdk.Backend, w sdk.Lease) {
		Release(t, b, Acquire(t, b, w))
	},
	"another was granted and released": func(t testing.TB, b sdk.Backend, w sdk.Lease) {
		Release(t, b, Acquire(t, b, Want(w.Resource)))
	},
	"another was told not held": func(t testing.TB, b sdk.Backend, w sdk.Lease) {
		GiveUp(t, b, Want(w.Resource))
	},
}
