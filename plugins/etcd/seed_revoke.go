//go:build seeded

package etcd

import "os"

func init() {
	if os.Getenv("STORMLOCK_SEED") == "etcd-raw-revoke" {
		seedRawRevoke()
	}
}

// seedRawRevoke lets a release end whatever etcd lease somebody typed, as
// Python's does.
func seedRawRevoke() {
	right := leaseToEnd
	leaseToEnd = func(held lock, id string) (int64, bool) {
		if typed, ok := leaseID(id); ok {
			return typed, true
		}
		return right(held, id)
	}
}
