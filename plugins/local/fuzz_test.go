package local

import (
	"path/filepath"
	"testing"

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
		backendtest.IsNoID(t, b, typed)
	})
}
