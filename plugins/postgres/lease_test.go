package postgres

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// about checks that a lease lasts for a time, but for what a call takes.
func TestAcquireReturnsTheLeaseAsStored(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	w := want("deploy")
	got := acquire(t, b, w)
	if got.Fence == 0 || time.Since(got.Created).Abs() > time.Minute || got.Created.Location() != time.UTC {
		t.Errorf("fence %d, created %s", got.Fence, got.Created)
	}
	about(t, got.TTL, time.Minute)
	w.Created, w.Fence = got.Created, got.Fence
	same(t, got, w)
	if stored := one[time.Time](t, conn, "SELECT created FROM stormlock"); !stored.Equal(got.Created) {
		t.Errorf("created is %s in the table and %s in the answer", stored, got.Created)
	}
	current, err := b.Current(testContext(t), "deploy")
	if err != nil {
		t.Fatal(err)
	}
	same(t, current, got)
	about(t, current.TTL, time.Minute)
}

func TestAcquireAgainLeavesTheLeaseAsItStands(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	w := want("deploy")
	first := acquire(t, b, w)
	expires := one[time.Time](t, conn, "SELECT expires FROM stormlock")
	w.TTL, w.Principal, w.Reason = time.Hour, "bob@ops", "another"
	again := acquire(t, b, w)
	same(t, again, first)
	if after := one[time.Time](t, conn, "SELECT expires FROM stormlock"); !after.Equal(expires) {
		t.Errorf("the repeat moved the end from %s to %s", expires, after)
	}
	if n := one[uint64](t, conn, "SELECT fence FROM stormlock_fence"); n != first.Fence {
		t.Errorf("the repeat moved the counter from %d to %d", first.Fence, n)
	}
}

// The repeat waits for the disk and the standby, as its first attempt did.
func TestAcquireAgainWritesTheRow(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	w := want("deploy")
	acquire(t, b, w)
	before := one[string](t, conn, "SELECT xmin::text FROM stormlock")
	acquire(t, b, w)
	if one[string](t, conn, "SELECT xmin::text FROM stormlock") == before {
		t.Error("nothing was written that a commit could wait for")
	}
}

func TestAcquireOfAHeldLockNamesTheHolder(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	first := acquire(t, b, want("deploy"))
	before := dump(t, conn)
	_, err := b.Acquire(testContext(t), want("deploy"))
	held, ok := errors.AsType[*sdk.HeldError](err)
	if !ok || !errors.Is(err, sdk.ErrHeld) {
		t.Fatalf("error = %v", err)
	}
	same(t, held.Lease, first)
	about(t, held.Lease.TTL, time.Minute)
	if after := dump(t, conn); after != before {
		t.Errorf("the refused acquire changed\n%s to\n%s", before, after)
	}
}

// Who is refused must not keep the holder waiting for as long as he takes to
// hang up: he locks no row.
func TestRefusedAcquireLocksNothing(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	acquire(t, b, want("deploy"))
	if _, err := b.Acquire(testContext(t), want("deploy")); !errors.Is(err, sdk.ErrHeld) {
		t.Fatal(err)
	}
	if locker := one[string](t, conn, "SELECT xmax::text FROM stormlock"); locker != "0" {
		t.Errorf("transaction %s locked the row", locker)
	}
}

func TestRenewReturnsTheWholeLease(t *testing.T) {
	t.Parallel()
	b, _, _ := start(t)
	first := acquire(t, b, want("deploy"))
	renewed, err := b.Renew(testContext(t), sdk.Lease{Resource: "deploy", ID: first.ID, TTL: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	same(t, renewed, first)
	about(t, renewed.TTL, time.Hour)
	current, err := b.Current(testContext(t), "deploy")
	if err != nil {
		t.Fatal(err)
	}
	same(t, current, first)
	about(t, current.TTL, time.Hour)
}

// Ids of other stores included.
func TestOnlyTheHoldersIDRenewsOrReleases(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	first := acquire(t, b, want("deploy"))
	before := locks(t, conn)
	for _, id := range []string{sdk.NewID(), "not-an-id", "7587862094570471938", "694d9c1b3d2f4e0a", "' OR true --"} {
		other := sdk.Lease{Resource: "deploy", ID: id, TTL: time.Hour}
		if _, err := b.Renew(testContext(t), other); !errors.Is(err, sdk.ErrNotHeld) {
			t.Errorf("renew with %s: %v", id, err)
		}
		if err := b.Release(testContext(t), other); !errors.Is(err, sdk.ErrNotHeld) {
			t.Errorf("release with %s: %v", id, err)
		}
	}
	if after := locks(t, conn); after != before {
		t.Errorf("another's id changed\n%s to\n%s", before, after)
	}
	release(t, b, first)
	if err := b.Release(testContext(t), first); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("second release: %v", err)
	}
	if _, err := b.Current(testContext(t), "deploy"); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("current after release: %v", err)
	}
}

func TestIDIsReadInAnySpelling(t *testing.T) {
	t.Parallel()
	b, _, _ := start(t)
	w := want("deploy")
	w.ID = "0123456789ABCDEF0123456789ABCDEF"
	if got := acquire(t, b, w); got.ID != "0123456789abcdef0123456789abcdef" {
		t.Errorf("id = %s", got.ID)
	}
	w.ID = "01234567-89ab-cdef-0123-456789abcdef"
	release(t, b, w)
	w.ID = "nonsense"
	if _, err := b.Acquire(testContext(t), w); !errors.Is(err, sdk.ErrInvalid) {
		t.Errorf("acquire with an id that is none: %v", err)
	}
}

// end makes a lease of a resource be over.
const endLease = "UPDATE stormlock SET expires = clock_timestamp() - interval '1 microsecond' WHERE resource = $1"

func TestExpiredLeaseIsOver(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	lease := acquire(t, b, want("deploy"))
	run(t, conn, endLease, "deploy")
	before := locks(t, conn)
	if _, err := b.Renew(testContext(t), lease); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("renew: %v", err)
	}
	if err := b.Release(testContext(t), lease); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("release: %v", err)
	}
	if _, err := b.Current(testContext(t), "deploy"); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("current: %v", err)
	}
	if got := list(t, b, ""); len(got) != 0 {
		t.Errorf("list: %q", got)
	}
	if after := locks(t, conn); after != before {
		t.Errorf("an expired lease was changed:\n%s\n%s", before, after)
	}

	w := want("deploy")
	w.Principal, w.Reason = "bob@ops", ""
	next := acquire(t, b, w)
	w.Created, w.Fence = next.Created, next.Fence
	same(t, next, w)
	if !next.Created.After(lease.Created) || next.Fence <= lease.Fence {
		t.Errorf("%+v follows %+v", next, lease)
	}
	if current, err := b.Current(testContext(t), "deploy"); err != nil {
		t.Error(err)
	} else {
		same(t, current, next)
	}
}

func TestFenceGrowsWithEveryGrant(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	var last uint64
	grow := func(how string) sdk.Lease {
		t.Helper()
		got := acquire(t, b, want("deploy"))
		if got.Fence <= last {
			t.Errorf("after %s the fence went from %d to %d", how, last, got.Fence)
		}
		last = got.Fence
		return got
	}
	release(t, b, grow("nothing"))
	grow("a release")
	run(t, conn, endLease, "deploy")
	release(t, b, grow("an expiry"))
	run(t, conn, "UPDATE stormlock_fence SET fence = 1")
	release(t, b, grow("a counter from a backup"))
	run(t, conn, "DELETE FROM stormlock_fence")
	release(t, b, grow("a lost counter"))

	ahead := last + uint64(24*time.Hour/time.Microsecond)
	run(t, conn, "UPDATE stormlock_fence SET fence = $1", ahead)
	last = ahead
	if got := grow("the clock was set back"); got.Fence != ahead+1 {
		t.Errorf("fence = %d, want the counter's next, %d", got.Fence, ahead+1)
	}
}

func TestTextIsKeptAsItIs(t *testing.T) {
	t.Parallel()
	b, _, _ := start(t)
	w := want(`naïve {table} déploiement $1 '"\ %s`)
	w.Principal, w.Reason = "ana \t\x01@ops", "line one\nline two 🙂 {row}"
	acquire(t, b, w)
	got, err := b.Current(testContext(t), w.Resource)
	if err != nil || got.Principal != w.Principal || got.Reason != w.Reason {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestFarAwayEndIsShown(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	pythonLock(t, conn, "deploy", "294270-01-01", pythonID)
	got, err := b.Current(testContext(t), "deploy")
	if err != nil || got.TTL < 100*365*24*time.Hour {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestTablesKeepLocksApart(t *testing.T) {
	t.Parallel()
	_, conn, at := start(t)
	for _, table := range []string{"stormlock", "public.other", `Odd table$1`, "locks.stormlock", "locks." + strings.Repeat("x", 57)} {
		b := openAt(t, Config{Connection: at, Table: table})
		setup(t, b)
		lease := acquire(t, b, want("deploy"))
		if _, err := b.Acquire(testContext(t), want("deploy")); !errors.Is(err, sdk.ErrHeld) {
			t.Errorf("%s: %v", table, err)
		}
		if got := list(t, b, ""); len(got) != 1 {
			t.Errorf("%s: %q", table, got)
		}
		if table != "stormlock" {
			release(t, b, lease)
		}
	}
	if one[int](t, conn, "SELECT count(*) FROM stormlock") != 1 {
		t.Error("the table without a schema is not the one in public")
	}
}
