//go:build seeded

package dynamodb

import (
	"os"
	"time"
)

// Faults on purpose, for a harness that has to find them.
func init() {
	switch os.Getenv("STORMLOCK_SEED") {
	case "dynamodb-condition-without-expiry":
		seedConditionWithoutExpiry()
	case "dynamodb-renew-without-id":
		seedRenewWithoutID()
	}
}

// Python's: a lock is taken only if there is no item, whether it is over or not.
func seedConditionWithoutExpiry() {
	replaceable = func(lock, time.Time) bool { return false }
}

// Python's: whoever asks renews the lease that is current.
func seedRenewWithoutID() {
	renewable = func(b *backend, s sight, id string) (lock, error) {
		l, err := b.current(s)
		l.ID = id
		return l, err
	}
}
