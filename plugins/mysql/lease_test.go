package mysql

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
)

func TestIDIsShownInUpperCase(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	w := want("deploy")
	w.ID = "0001feff-3435-3637-3839-616263646566"
	got := acquire(t, b, w)
	if got.ID != pythonHex {
		t.Errorf("id %s", got.ID)
	}
	if n := one[int](t, conn, "SELECT COUNT(*) FROM stormlock WHERE lease = ? AND details_of = lease", bytesOf(pythonHex)); n != 1 {
		t.Error("it is not stored as Python's is")
	}
	for _, spelled := range []string{w.ID, strings.ToLower(pythonHex), strings.ToUpper(w.ID)} {
		again, err := b.Renew(testContext(t), sdk.Lease{Resource: "deploy", ID: spelled, TTL: time.Hour})
		if err != nil || again.ID != pythonHex {
			t.Errorf("%s: %+v, %v", spelled, again, err)
		}
	}
	release(t, b, w)
}

func TestWhatIsStoredIsWhatWasGranted(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	w := want(strings.Repeat("漢", 85))
	w.Principal = strings.Repeat(" ", 254) + "\t"
	w.Reason = strings.Repeat("\U0001f512", 1000) + "'\"\\\n\x1a\x00"[:5] + "%?"
	granted := acquire(t, b, w)
	seen, err := b.Current(testContext(t), w.Resource)
	if err != nil {
		t.Fatal(err)
	}
	same(t, seen, granted)
	if seen.Reason != w.Reason || seen.Principal != w.Principal {
		t.Errorf("%+v", seen)
	}
	if granted.TTL != w.TTL || time.Since(granted.Created).Abs() > time.Minute {
		t.Errorf("%+v", granted)
	}
	for lease, err := range b.List(testContext(t), "漢") {
		if err != nil {
			t.Fatal(err)
		}
		same(t, lease, granted)
	}
	// expires is by the server's clock, and begins at the grant.
	if !one[bool](t, conn, "SELECT expires BETWEEN TIMESTAMPADD(SECOND, 60, created) AND TIMESTAMPADD(SECOND, 65, created) FROM stormlock") {
		t.Error("the lease does not last as long as was asked for")
	}
}

func TestPrincipalOfSpacesIsOne(t *testing.T) {
	t.Parallel()
	b, _, _ := start(t)
	w := want("deploy")
	w.Principal = "   "
	acquire(t, b, w)
	if got, err := b.Current(testContext(t), "deploy"); err != nil || got.Principal != w.Principal {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestFenceGrowsOverEverything(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	var last uint64
	for i := range 6 {
		lease := acquire(t, b, want("deploy"))
		if lease.Fence <= last {
			t.Errorf("fence went from %d to %d", last, lease.Fence)
		}
		last = lease.Fence
		switch i % 3 {
		case 0:
			release(t, b, lease)
		case 1:
			run(t, conn, endLease, "deploy")
		default: // as after the restore of a backup
			run(t, conn, "DELETE FROM stormlock")
			run(t, conn, "UPDATE stormlock_fence SET fence = 7")
		}
	}
}

func TestTooLateALease(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	w := want("deploy")
	w.TTL = 20 * 365 * 24 * time.Hour // more than may be asked for before 2028
	_, err := b.Acquire(testContext(t), w)
	if !errors.Is(err, sdk.ErrInvalid) {
		t.Errorf("error = %v", err)
	}
	contains(t, err, "January 2038", "shorter TTL", "no lock was changed")
	if locks(t, conn) != "" {
		t.Error("a lock was taken")
	}
	w.TTL = sdk.MaxTTL
	acquire(t, b, w)
	w.TTL = 20 * 365 * 24 * time.Hour
	before := locks(t, conn)
	if _, err := b.Renew(testContext(t), w); !errors.Is(err, sdk.ErrInvalid) || locks(t, conn) != before {
		t.Errorf("renew: %v", err)
	}
}

func TestClosedBackend(t *testing.T) {
	t.Parallel()
	b, _, _ := start(t)
	backendtest.StaysClosed(t, b, everything)
}

// Close ends what still runs.
func TestCloseEndsCalls(t *testing.T) {
	t.Parallel()
	b, conn, p := start(t)
	ready(t, b, "renew")
	defer lockRow(t, p, "stormlock", "data")()
	got := make(chan error, 1)
	go func() { _, err := b.Renew(testContext(t), held()); got <- err }()
	eventually(t, 20*time.Second, "it waits", func() bool { return waiting(t, conn) == 1 })
	_ = b.Close()
	promptly(t, func() { isUnknown(t, "renew", <-got) })
}
