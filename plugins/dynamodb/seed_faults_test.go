//go:build seeded

package dynamodb

import (
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

func TestSeedConditionWithoutExpiry(t *testing.T) {
	c := account(t)
	raw, b := unswept(t, c), openAt(t, c)
	store(t, raw, pythonItem("deploy", time.Now().Add(-2*time.Hour), time.Hour))
	acquire(t, b, want("deploy"))
	store(t, raw, pythonItem("patch", time.Now().Add(-2*time.Hour), time.Hour))

	defer func(was func(lock, time.Time) bool) { replaceable = was }(replaceable)
	seedConditionWithoutExpiry()
	_, err := b.Acquire(testContext(t), want("patch"))
	isKind(t, "acquire of a lock that is over", err, sdk.ErrHeld)
}

func TestSeedRenewWithoutID(t *testing.T) {
	b, raw := start(t)
	lease := acquire(t, b, want("deploy"))
	other := sdk.Lease{Resource: "deploy", ID: sdk.NewID(), TTL: time.Hour}
	_, err := b.Renew(testContext(t), other)
	isKind(t, "renew", err, sdk.ErrNotHeld)

	defer func(was func(*backend, sight, string) (lock, error)) { renewable = was }(renewable)
	seedRenewWithoutID()
	if got, err := b.Renew(testContext(t), other); err != nil || got.ID != other.ID || got.TTL != time.Hour {
		t.Errorf("renew with another id: %+v, %v", got, err)
	}
	if ends, _ := stored(t, raw, "deploy").time("expires"); time.Until(ends) < 59*time.Minute {
		t.Errorf("lease %s was not renewed: it ends in %s", lease.ID, time.Until(ends))
	}
	_, err = b.Renew(testContext(t), sdk.Lease{Resource: "free", ID: other.ID, TTL: time.Hour})
	isKind(t, "renew of a free lock", err, sdk.ErrNotHeld)
}
