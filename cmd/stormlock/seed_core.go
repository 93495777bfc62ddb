//go:build seeded

package main

import (
	"os"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/boottime"
)

// Faults on purpose, of which STORMLOCK_SEED names one: what looks for faults
// must find each. No release is built with the tag (TestNoReleaseHasSeeds).
func init() {
	switch os.Getenv("STORMLOCK_SEED") {
	case "core-new-id-per-retry":
		leaseOfAttempt = withFreshID
	case "core-late-success":
		elapsed = func(boottime.Instant) time.Duration { return 0 }
	}
}

// withFreshID makes a repeated acquire another one.
func withFreshID(want sdk.Lease) sdk.Lease {
	want.ID = sdk.NewID()
	return want
}
