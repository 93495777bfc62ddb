package redis

import (
	"encoding/hex"
	"errors"
	"testing"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
)

// FuzzLeaseID is about ids as somebody typed them. What is none is not the
// current one, and no server is asked about it.
func FuzzLeaseID(f *testing.F) {
	b := openAt(f, Config{URL: "redis://127.0.0.1:1"})
	read := func(text string) (string, bool) {
		raw, ok := sdk.ParseID(text)
		return hex.EncodeToString(raw[:]), ok
	}
	f.Fuzz(func(t *testing.T, one, other string) {
		backendtest.Spellings(t, read, one, other)
		if _, ok := read(one); ok {
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
