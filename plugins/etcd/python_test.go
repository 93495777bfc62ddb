package etcd

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/stormlock/stormlock/sdk"
)

const pythonCreated = 1763800000.1234567

// pythonLock writes what Python's stormlock 0.4.1 writes: lease(ttl), then a
// transaction that puts three keys on it.
func pythonLock(t *testing.T, raw *clientv3.Client, base string, ttl int64) clientv3.LeaseID {
	t.Helper()
	id := grant(t, raw, ttl)
	packed := binary.LittleEndian.AppendUint64(nil, math.Float64bits(pythonCreated)) // struct.pack("<d", time.time())
	answer, err := raw.Txn(testContext(t)).
		If(clientv3.Compare(clientv3.Version(base+"/id"), "=", 0)).
		Then(
			clientv3.OpPut(base+"/id", fmt.Sprintf("%x", int64(id)), clientv3.WithLease(id)),
			clientv3.OpPut(base+"/p", "guido@ops", clientv3.WithLease(id)),
			clientv3.OpPut(base+"/c", string(packed), clientv3.WithLease(id)),
		).Commit()
	if err != nil || !answer.Succeeded {
		t.Fatalf("%+v, %v", answer, err)
	}
	return id
}

func TestPythonsLockIsSeen(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	id := pythonLock(t, raw, b.prefix+"deploy", 60)
	got := current(t, b, "deploy")
	if got.Fence == 0 || got.TTL < 50*time.Second || got.TTL > time.Minute {
		t.Errorf("fence %d, TTL %s", got.Fence, got.TTL)
	}
	same(t, got, sdk.Lease{
		Resource: "deploy", ID: fmt.Sprintf("%x", int64(id)), Principal: "guido@ops",
		Created: time.UnixMicro(1763800000123457).UTC(), Fence: got.Fence,
	})
	for lease, err := range b.List(testContext(t), "") {
		if err != nil {
			t.Fatal(err)
		}
		same(t, lease, got)
	}
	if names := list(t, b, ""); len(names) != 1 {
		t.Errorf("list shows %q", names)
	}
}

func TestPythonsLockIsRespectedRenewedAndReleased(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	id := pythonLock(t, raw, b.prefix+"deploy", 4)
	_, err := b.Acquire(testContext(t), want("deploy"))
	if held, ok := errors.AsType[*sdk.HeldError](err); !ok || held.Lease.Principal != "guido@ops" || held.Lease.TTL > 4*time.Second {
		t.Fatalf("acquire: %v", err)
	}
	time.Sleep(1100 * time.Millisecond)
	lease := sdk.Lease{Resource: "deploy", ID: fmt.Sprintf("%x", int64(id)), TTL: time.Hour}
	if got, err := b.Renew(testContext(t), lease); err != nil || got.TTL != 4*time.Second || got.Principal != "guido@ops" {
		t.Errorf("renew: %+v, %v", got, err)
	}
	if left := timeToLive(t, raw, id); left != 3 {
		t.Errorf("%d full seconds are left in the store, want 3", left)
	}
	release(t, b, lease)
	if left := content(t, raw, b.prefix); left != "" || timeToLive(t, raw, id) != -1 {
		t.Errorf("the lock is still there: %s", left)
	}
}

func TestOurLockIsReadByPythonsRules(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	lease := acquire(t, b, want("deploy"))
	get := func(part string) (string, clientv3.LeaseID) {
		t.Helper()
		answer, err := raw.Get(testContext(t), b.prefix+"deploy/"+part)
		if err != nil || len(answer.Kvs) != 1 {
			t.Fatalf("%s: %v, %v", part, answer, err)
		}
		return string(answer.Kvs[0].Value), clientv3.LeaseID(answer.Kvs[0].Lease)
	}
	id, on := get("id")
	if n, err := strconv.ParseInt(id, 16, 64); err != nil || clientv3.LeaseID(n) != on || id != lease.ID {
		t.Errorf("id is %q on lease %x, want %q", id, on, lease.ID)
	}
	if principal, with := get("p"); principal != lease.Principal || with != on {
		t.Errorf("p is %q on lease %x", principal, with)
	}
	packed, with := get("c")
	created := math.Float64frombits(binary.LittleEndian.Uint64([]byte(packed)))
	if len(packed) != 8 || with != on || math.Abs(created-float64(lease.Created.UnixMicro())/1e6) > 1e-6 {
		t.Errorf("c is %q, %f, on lease %x", packed, created, with)
	}
	if left := timeToLive(t, raw, on); left < 50 || left > 60 {
		t.Errorf("TTL = %d", left)
	}
}

// Python renews by keeping the lease alive, and releases by revoking it.
func TestPythonRenewsAndReleasesOurLock(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	w := want("deploy")
	w.TTL = 3 * time.Second
	lease := acquire(t, b, w)
	n, err := strconv.ParseInt(lease.ID, 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(1100 * time.Millisecond)
	if _, err := raw.KeepAliveOnce(testContext(t), clientv3.LeaseID(n)); err != nil {
		t.Fatal(err)
	}
	if now := current(t, b, "deploy"); now.TTL != 2*time.Second {
		t.Errorf("after Python's renew %s are left, want 2 full seconds", now.TTL)
	}
	if _, err := raw.Revoke(testContext(t), clientv3.LeaseID(n)); err != nil {
		t.Fatal(err)
	}
	if left := content(t, raw, b.prefix); left != "" {
		t.Errorf("Python's release leaves %s", left)
	}
	if _, err := b.Renew(testContext(t), lease); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("renew: %v", err)
	}
	if got := acquire(t, b, want("deploy")); got.Fence <= lease.Fence {
		t.Errorf("fence went from %d to %d", lease.Fence, got.Fence)
	}
}

// What Python took over is not shown with what we had written there.
func TestPythonsLockAfterOursHasNoReason(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	w := want("deploy")
	w.TTL = 2 * time.Second
	acquire(t, b, w)
	eventually(t, 20*time.Second, "the lock ends", func() bool { return content(t, raw, b.prefix) == "" })
	pythonLock(t, raw, b.prefix+"deploy", 60)
	if got := current(t, b, "deploy"); got.Reason != "" || got.Principal != "guido@ops" {
		t.Errorf("got %+v", got)
	}
}

// Faults of Python's that ours must not have.

// Python leaves an etcd lease behind for each acquire that is refused.
func TestRefusedAcquiresLeaveNoLease(t *testing.T) {
	t.Parallel()
	b, raw, _ := alone(t)
	held := acquire(t, b, want("deploy"))
	for range 50 {
		if _, err := b.Acquire(testContext(t), want("deploy")); !errors.Is(err, sdk.ErrHeld) {
			t.Fatal(err)
		}
	}
	if ids := leases(t, raw); len(ids) != 1 || showID(int64(ids[0])) != held.ID {
		t.Errorf("the server has the leases %x, want only %s", ids, held.ID)
	}
}

// Python releases e1: it revokes whatever lease id it is given.
func TestReleaseOfAnotherResourceWithALocksID(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	e1, e2 := acquire(t, b, want("e1")), acquire(t, b, want("e2"))
	before := content(t, raw, b.prefix)
	wrong := sdk.Lease{Resource: "e2", ID: e1.ID, TTL: time.Hour}
	if err := b.Release(testContext(t), wrong); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("release e2 with the id of e1: %v", err)
	}
	if _, err := b.Renew(testContext(t), wrong); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("renew e2 with the id of e1: %v", err)
	}
	wrong.Resource = "free"
	if err := b.Release(testContext(t), wrong); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("release of a free resource with the id of e1: %v", err)
	}
	if after := content(t, raw, b.prefix); after != before {
		t.Errorf("it changed\n%s to\n%s", before, after)
	}
	same(t, current(t, b, "e1"), e1)
	same(t, current(t, b, "e2"), e2)
}

// Python revokes and keeps alive the leases of other applications.
func TestAnotherApplicationsLeaseIsNotTouched(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	acquire(t, b, want("held"))
	theirs := grant(t, raw, 1000)
	put(t, raw, b.prefix+"app", "value", clientv3.WithLease(theirs))
	before := content(t, raw, b.prefix)
	time.Sleep(1100 * time.Millisecond)
	for _, id := range []string{showID(int64(theirs)), fmt.Sprintf("%016x", int64(theirs)), fmt.Sprintf("%032x", int64(theirs)), fmt.Sprintf("%016x%016x", int64(theirs), 0)} {
		for _, resource := range []string{"free", "held", "app"} {
			typed := sdk.Lease{Resource: resource, ID: id, Principal: "ana", TTL: time.Hour}
			if err := b.Release(testContext(t), typed); !errors.Is(err, sdk.ErrNotHeld) {
				t.Errorf("release: %v", err)
			}
			if _, err := b.Renew(testContext(t), typed); !errors.Is(err, sdk.ErrNotHeld) {
				t.Errorf("renew: %v", err)
			}
		}
	}
	if left := timeToLive(t, raw, theirs); left < 900 || left > 998 {
		t.Errorf("%d s of 1000 are left, after more than one", left)
	}
	if after := content(t, raw, b.prefix); after != before {
		t.Errorf("it changed\n%s to\n%s", before, after)
	}
}

// Python chooses no ids; ours lets the host. An acquire with an id made of
// another application's lease, or of another lock's, touches neither.
func TestAcquireWithAnIDMadeOfAnotherLease(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	held := acquire(t, b, want("held"))
	theirs := grant(t, raw, 1000)
	put(t, raw, b.prefix+"app", "value", clientv3.WithLease(theirs))
	lock, _ := leaseID(held.ID)
	before := content(t, raw, b.prefix)
	for _, id := range []int64{int64(theirs), lock} {
		for _, text := range []string{fmt.Sprintf("%032x", id), fmt.Sprintf("%016x%016x", id, 0)} {
			w := want("free")
			w.ID = text
			release(t, b, acquire(t, b, w))
			w.Resource = "held"
			if _, err := b.Acquire(testContext(t), w); !errors.Is(err, sdk.ErrHeld) {
				t.Errorf("acquire of a held resource: %v", err)
			}
		}
	}
	if after := content(t, raw, b.prefix); after != before {
		t.Errorf("it changed\n%s to\n%s", before, after)
	}
	if left := timeToLive(t, raw, theirs); left < 900 {
		t.Errorf("%d s of the other lease are left", left)
	}
}
