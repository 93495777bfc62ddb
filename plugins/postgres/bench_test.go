package postgres

import (
	"testing"

	"github.com/jackc/pgx/v5"

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
		copies := &pgx.Batch{}
		for i := range n {
			copies.Queue(`INSERT INTO stormlock SELECT $1, lease, principal, created, expires, reason, fence, details_of
				FROM stormlock WHERE resource = $2`, name(i), seed.Resource)
		}
		return conn.SendBatch(b.Context(), copies).Close()
	})
}
