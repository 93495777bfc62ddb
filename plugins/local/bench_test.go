package local

import (
	"testing"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
)

func BenchmarkList(b *testing.B) {
	backend := newBackend(b)
	backendtest.BenchmarkList(b, backend, func(seed sdk.Lease, n int, name func(int) string) error {
		names := make([]string, n)
		for i := range names {
			names[i] = name(i)
		}
		return copyTo(backend.file.path, seed.Resource, names)
	})
}
