package etcd

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/stormlock/stormlock/sdk"
)

func current(t testing.TB, b sdk.Backend, resource string) sdk.Lease {
	t.Helper()
	got, err := b.Current(testContext(t), resource)
	if err != nil {
		t.Fatalf("current %q: %v", resource, err)
	}
	return got
}

func isFree(t testing.TB, b sdk.Backend, resource string) {
	t.Helper()
	if got, err := b.Current(testContext(t), resource); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("%q is not free: %+v, %v", resource, got, err)
	}
}

func TestAcquireReturnsTheLeaseAsStored(t *testing.T) {
	t.Parallel()
	b, _ := start(t)
	w := want("deploy")
	got := acquire(t, b, w)
	if got.Fence == 0 || time.Since(got.Created).Abs() > time.Minute || got.Created.Location() != time.UTC {
		t.Errorf("fence %d, created %s", got.Fence, got.Created)
	}
	if _, ok := leaseID(got.ID); !ok {
		t.Errorf("id = %q", got.ID)
	}
	w.ID, w.Created, w.Fence = got.ID, got.Created, got.Fence
	if !reflect.DeepEqual(got, w) {
		t.Errorf("got %+v, want %+v", got, w)
	}
	now := current(t, b, "deploy")
	same(t, now, got)
	if now.TTL <= 50*time.Second || now.TTL > time.Minute {
		t.Errorf("TTL = %s", now.TTL)
	}
}

func TestAcquireAgainLeavesTheLeaseAsItStands(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	w := want("deploy")
	first := acquire(t, b, w)
	before := content(t, raw, b.prefix)
	w.TTL, w.Principal, w.Reason = time.Hour, "bob@ops", "another"
	again := acquire(t, b, w)
	same(t, again, first)
	if again.TTL > time.Minute {
		t.Errorf("the repeat changed the TTL to %s", again.TTL)
	}
	if after := content(t, raw, b.prefix); after != before {
		t.Errorf("the repeat changed\n%s to\n%s", before, after)
	}
}

// The least TTL comes from the server's election settings. It is raised there in
// silence, so what was granted is what counts.
func TestAcquireReportsTheTTLThatWasGranted(t *testing.T) {
	t.Parallel()
	b, _ := start(t)
	w := want("deploy")
	w.TTL = time.Second
	if got := acquire(t, b, w); got.TTL != 2*time.Second {
		t.Errorf("TTL = %s, want the least that the server grants", got.TTL)
	}
	w = want("patch")
	w.TTL = sdk.MaxTTL
	if got := acquire(t, b, w); got.TTL != sdk.MaxTTL {
		t.Errorf("TTL = %s, want %s", got.TTL, sdk.MaxTTL)
	}
}

func TestAcquireOfAHeldLockNamesTheHolder(t *testing.T) {
	t.Parallel()
	b, _ := start(t)
	first := acquire(t, b, want("deploy"))
	_, err := b.Acquire(testContext(t), want("deploy"))
	held, ok := errors.AsType[*sdk.HeldError](err)
	if !ok || !errors.Is(err, sdk.ErrHeld) {
		t.Fatalf("error = %v", err)
	}
	same(t, held.Lease, first)
	if held.Lease.TTL < 50*time.Second || held.Lease.TTL > time.Minute {
		t.Errorf("TTL = %s", held.Lease.TTL)
	}
}

// etcd cannot change a TTL.
func TestRenewReturnsTheTTLOfTheAcquire(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	w := want("deploy")
	w.TTL = 30 * time.Second
	first := acquire(t, b, w)
	time.Sleep(5 * time.Second)
	renewed, err := b.Renew(testContext(t), sdk.Lease{Resource: "deploy", ID: first.ID, TTL: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	same(t, renewed, first)
	if renewed.TTL != w.TTL {
		t.Errorf("TTL = %s", renewed.TTL)
	}
	id, _ := leaseID(first.ID)
	if left := timeToLive(t, raw, clientv3.LeaseID(id)); left < 25 || left > 29 {
		t.Errorf("%d full seconds are left in the store, want 29: the renewal starts anew", left)
	}
}

func TestOnlyTheHoldersIDRenewsOrReleases(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	first := acquire(t, b, want("deploy"))
	neighbour := acquire(t, b, want("patch"))
	before := content(t, raw, b.prefix)
	for _, id := range []string{sdk.NewID(), neighbour.ID, "not-an-id", "0", "-1", "+1", "", "1", strings.Repeat("0", 32), first.ID + "0", first.ID[1:]} {
		other := sdk.Lease{Resource: "deploy", ID: id, TTL: time.Hour}
		if _, err := b.Renew(testContext(t), other); !errors.Is(err, sdk.ErrNotHeld) {
			t.Errorf("renew with %q: %v", id, err)
		}
		if err := b.Release(testContext(t), other); !errors.Is(err, sdk.ErrNotHeld) {
			t.Errorf("release with %q: %v", id, err)
		}
	}
	if after := content(t, raw, b.prefix); after != before {
		t.Errorf("others changed\n%s to\n%s", before, after)
	}
	release(t, b, first)
	if err := b.Release(testContext(t), first); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("second release: %v", err)
	}
	isFree(t, b, "deploy")
}

func TestReleaseLeavesNothing(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	lease := acquire(t, b, want("deploy"))
	id, _ := leaseID(lease.ID)
	release(t, b, lease)
	leavesNothing(t, raw, b.prefix)
	if left := timeToLive(t, raw, clientv3.LeaseID(id)); left != -1 {
		t.Errorf("the etcd lease is left, for %d s", left)
	}
}

func TestFenceIsTheRevisionOfTheGrant(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	var last uint64
	for range 3 {
		lease := acquire(t, b, want("deploy"))
		if lease.Fence <= last {
			t.Errorf("fence went from %d to %d", last, lease.Fence)
		}
		last = lease.Fence
		answer, err := raw.Get(testContext(t), b.prefix+"deploy/id")
		if err != nil || uint64(answer.Kvs[0].CreateRevision) != lease.Fence {
			t.Errorf("fence %d, the store has %v, %v", lease.Fence, answer, err)
		}
		if _, err := b.Renew(testContext(t), lease); err != nil {
			t.Fatal(err)
		}
		same(t, current(t, b, "deploy"), lease)
		release(t, b, lease)
	}
}

func TestPrefixKeepsLocksApart(t *testing.T) {
	t.Parallel()
	one, raw := start(t)
	two, _ := start(t)
	acquire(t, one, want("deploy"))
	acquire(t, two, want("deploy"))
	for _, b := range []*backend{one, two} {
		if content(t, raw, b.prefix+"deploy/id") == "" {
			t.Error("the keys are not prefix + resource + part")
		}
	}
}

func TestDefaultPrefixIsPythons(t *testing.T) {
	t.Parallel()
	b, raw, _ := alone(t)
	acquire(t, b, want("deploy"))
	if content(t, raw, "/deploy/id") == "" {
		t.Errorf("the store holds %s", content(t, raw, "\x00"))
	}
}

// An etcd lease whose time is over stays until etcd gets round to it. Until then
// nobody is granted the lock, and nobody is told that it is free.
func TestLockIsHeldUntilItsKeysAreGone(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	w := want("deploy")
	w.TTL = 2 * time.Second
	first := acquire(t, b, w)
	for began := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		before := content(t, raw, b.prefix+"deploy/id") != ""
		lease, err := b.Current(testContext(t), "deploy")
		after := content(t, raw, b.prefix+"deploy/id") != ""
		switch {
		case err == nil && !before, err != nil && after:
			t.Fatalf("current: %+v, %v; the key was there: %t before, %t after", lease, err, before, after)
		case err == nil && (lease.TTL < 0 || lease.TTL > first.TTL):
			t.Fatalf("TTL = %s", lease.TTL)
		case time.Since(began) > 10*time.Second:
			t.Fatal("the lock does not end")
		case !after:
			acquire(t, b, want("deploy"))
			return
		}
	}
}
