//go:build seeded

package local

import (
	"os"

	"github.com/stormlock/stormlock/sdk"
)

// A fault that is put in on purpose, so that a test of the whole can prove that
// it finds it: a renewal brings a lease back that has ended.
func init() {
	if os.Getenv("STORMLOCK_SEED") == "local-renew-without-expiry" {
		renewable = ownedOnce
	}
}

func ownedOnce(l *ledger, lease sdk.Lease) (record, error) {
	r, err := l.get(lease.Resource)
	if err == nil && r.ID != canonical(lease.ID) {
		return record{}, sdk.ErrNotHeld
	}
	return r, err
}
