//go:build seeded

package etcd

import (
	"errors"
	"os"
	"testing"

	"github.com/stormlock/stormlock/sdk"
)

func seeded(t *testing.T, seed string) {
	t.Helper()
	if os.Getenv("STORMLOCK_SEED") != seed {
		t.Skipf("run with STORMLOCK_SEED=%s", seed)
	}
}

func TestSeedRawRevoke(t *testing.T) {
	seeded(t, "etcd-raw-revoke")
	b, _ := start(t)
	e1 := acquire(t, b, want("e1"))
	acquire(t, b, want("e2"))
	release(t, b, sdk.Lease{Resource: "e2", ID: e1.ID})
	isFree(t, b, "e1")
}

func TestSeedNoGeneration(t *testing.T) {
	seeded(t, "etcd-no-generation")
	b, _ := start(t)
	w := want("deploy")
	arrive := keepsBack(t, b, w)
	voids(t, b, w)
	fatal(t, arrive())
	same(t, current(t, b, "deploy"), acquire(t, b, w))

	w = want("settled")
	slow, _, arrive := lostTake(t, b, func() {})
	if _, err := slow.Acquire(testContext(t), w); !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("acquire: %v", err)
	}
	fatal(t, arrive())
	same(t, current(t, b, "settled"), acquire(t, b, w))
}
