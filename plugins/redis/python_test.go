package redis

import (
	"errors"
	"strconv"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/stormlock/stormlock/sdk"
)

const pythonID = "\x00\x01\xfe\xff456789abcdef"

var pythonHex = "0001feff343536373839616263646566"

// pythonLock writes what Python's stormlock 0.4.1 writes.
func pythonLock(t *testing.T, raw *goredis.Client, key, created string) {
	t.Helper()
	must(t, raw.HSet(testContext(t), key, "id", pythonID, "p", "guido@ops", "c", created))
	must(t, raw.Expire(testContext(t), key, time.Minute))
}

func TestPythonsLockIsSeen(t *testing.T) {
	for created, micros := range map[string]int64{
		"1763800000.123457":  1763800000123457,
		"1763800000.1234567": 1763800000123456,
		"1763800000.5":       1763800000500000,
		"1763800000.":        1763800000000000,
		"1763800000":         1763800000000000,
	} {
		b, raw, _ := start(t)
		pythonLock(t, raw, "deploy", created)
		got, err := b.Current(testContext(t), "deploy")
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, sdk.Lease{
			Resource: "deploy", ID: pythonHex, Principal: "guido@ops",
			Created: time.UnixMicro(micros).UTC(),
		})
		if got.TTL < 50*time.Second || got.TTL > time.Minute {
			t.Errorf("TTL = %s", got.TTL)
		}
	}
}

func TestPythonsLockIsRespectedRenewedAndReleased(t *testing.T) {
	b, raw, _ := start(t)
	pythonLock(t, raw, "deploy", "1763800000.5")
	_, err := b.Acquire(testContext(t), want("deploy"))
	if held, ok := errors.AsType[*sdk.HeldError](err); !ok || held.Lease.Principal != "guido@ops" {
		t.Fatalf("acquire: %v", err)
	}
	lease := sdk.Lease{Resource: "deploy", ID: pythonHex, TTL: time.Hour}
	if got, err := b.Renew(testContext(t), lease); err != nil || got.TTL != time.Hour || got.Fence != 0 {
		t.Errorf("renew: %+v, %v", got, err)
	}
	if left := must(t, raw.TTL(testContext(t), "deploy")); left < 59*time.Minute {
		t.Errorf("TTL in the store is %s", left)
	}
	release(t, b, lease)
	if must(t, raw.Exists(testContext(t), "deploy")) != 0 {
		t.Error("the lock is still there")
	}
}

func TestOurLockIsReadByPythonsRules(t *testing.T) {
	b, raw, _ := start(t)
	lease := acquire(t, b, want("deploy"))
	fields := must(t, raw.HGetAll(testContext(t), "deploy"))
	id, _ := sdk.ParseID(lease.ID)
	if fields["id"] != string(id[:]) {
		t.Errorf("id = %q, want the 16 bytes of %s", fields["id"], lease.ID)
	}
	if fields["p"] != lease.Principal {
		t.Errorf("p = %q", fields["p"])
	}
	created, err := strconv.ParseFloat(fields["c"], 64)
	if err != nil || time.Since(time.UnixMicro(int64(created*1e6))).Abs() > time.Minute {
		t.Errorf("c = %q, %v", fields["c"], err)
	}
	if left := must(t, raw.TTL(testContext(t), "deploy")); left <= 0 || left > time.Minute {
		t.Errorf("TTL = %s", left)
	}
}

// What Python does to renew and release is seen by us at once.
func TestPythonsReleaseFreesOurLock(t *testing.T) {
	b, raw, _ := start(t)
	lease := acquire(t, b, want("deploy"))
	must(t, raw.Del(testContext(t), "deploy"))
	if _, err := b.Renew(testContext(t), lease); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("renew: %v", err)
	}
	if got := acquire(t, b, want("deploy")); got.Fence <= lease.Fence {
		t.Errorf("fence went from %d to %d", lease.Fence, got.Fence)
	}
}
