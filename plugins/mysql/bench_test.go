package mysql

import (
	"testing"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
)

func BenchmarkAcquireRelease(b *testing.B) {
	backend, _, _ := start(b)
	backendtest.BenchmarkGrants(b, backend)
}

func BenchmarkCurrent(b *testing.B) {
	backend, _, _ := start(b)
	backendtest.BenchmarkLooks(b, backend)
}

func BenchmarkList(b *testing.B) {
	backend, conn, _ := start(b)
	backendtest.BenchmarkList(b, backend, func(seed sdk.Lease, n int, name func(int) string) error {
		for i := range n {
			run(b, conn, `INSERT INTO stormlock SELECT ?, lease, principal, created, expires, reason, fence, details_of
				FROM stormlock WHERE resource = ?`, name(i), seed.Resource)
		}
		return nil
	})
}
