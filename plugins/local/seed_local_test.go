//go:build seeded

package local

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// Run with STORMLOCK_SEED set: it shows that the fault is there, and fails
// without it.
func TestSeedRenewWithoutExpiry(t *testing.T) {
	if os.Getenv("STORMLOCK_SEED") != "local-renew-without-expiry" {
		t.Skip("STORMLOCK_SEED is not local-renew-without-expiry")
	}
	b, m, lease := booted(t)
	m.pass(time.Hour)
	if got, err := b.Renew(context.Background(), lease); err != nil || got.TTL != time.Minute {
		t.Fatalf("renew of an ended lease: %v, %v", got, err)
	}
	left(t, b, lease, time.Minute)
	_, err := b.Renew(context.Background(), wanted("r"))
	wantError(t, err, sdk.ErrNotHeld)
}
