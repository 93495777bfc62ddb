package local

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
)

// FuzzLeaseID is about ids as somebody typed them. What is none is not the
// current one, whoever holds the lock.
func FuzzLeaseID(f *testing.F) {
	b := openAt(f, filepath.Join(f.TempDir(), "locks.db"))
	acquire(f, b, wanted("deploy"))
	read := func(text string) (string, bool) {
		id := canonical(text)
		return id, id != ""
	}
	f.Fuzz(func(t *testing.T, one, other string) {
		backendtest.Spellings(t, read, one, other)
		if _, ok := read(one); ok {
			return
		}
		typed := wanted("deploy")
		typed.ID = one
		if _, err := b.Renew(t.Context(), typed); !errors.Is(err, sdk.ErrNotHeld) {
			t.Errorf("renew with %q: %v", one, err)
		}
		if err := b.Release(t.Context(), typed); !errors.Is(err, sdk.ErrNotHeld) {
			t.Errorf("release with %q: %v", one, err)
		}
	})
}
