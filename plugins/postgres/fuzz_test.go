package postgres

import (
	"errors"
	"testing"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
)

// FuzzLeaseID is about ids as somebody typed them. What is none is not the
// current one, and no server is asked about it.
func FuzzLeaseID(f *testing.F) {
	b := openAt(f, Config{Connection: "postgres://127.0.0.1:1/locks"})
	read := func(text string) (string, bool) {
		raw, ok := sdk.ParseID(text)
		return hexID(raw), ok
	}
	f.Fuzz(func(t *testing.T, one, other string) {
		backendtest.Spellings(t, read, one, other)
		mine, ok := read(one)
		if ok {
			stored := row{found: true, sound: true, lease: asUUID(mine), remains: 1}
			shown, also := read(other)
			if got := stored.holds(other); got != (also && shown == mine) || !stored.holds(one) {
				t.Errorf("the row of %q is that of %q: %t", one, other, got)
			}
			return
		}
		typed := want("deploy")
		typed.ID = one
		backendtest.IsNoID(t, b, typed)
		if _, err := b.Acquire(t.Context(), typed); !errors.Is(err, sdk.ErrInvalid) {
			t.Errorf("acquire with %q: %v", one, err)
		}
	})
}

// asUUID is how the server shows an id.
func asUUID(id string) string {
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}
