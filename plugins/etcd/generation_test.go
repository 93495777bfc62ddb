package etcd

import (
	"context"
	"errors"
	"testing"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/stormlock/stormlock/sdk"
)

// generationOf returns the revision of a resource's key g; 0 if there is none.
func generationOf(t testing.TB, raw *clientv3.Client, b *backend, resource string) int64 {
	t.Helper()
	answer, err := raw.Get(testContext(t), b.prefix+resource+"/g")
	if err != nil {
		t.Fatal(err)
	}
	if len(answer.Kvs) == 0 {
		return 0
	}
	if !isGeneration(answer.Kvs[0]) {
		t.Errorf("the generation is %v", answer.Kvs[0])
	}
	return answer.Kvs[0].ModRevision
}

// voids releases a lock that is not held.
func voids(t testing.TB, b *backend, w sdk.Lease) {
	t.Helper()
	if err := b.Release(testContext(t), w); !errors.Is(err, sdk.ErrNotHeld) {
		t.Fatalf("release: %v, want not held", err)
	}
}

// keepsBack starts an acquire whose request to take the lock is kept back on its
// way, and gives it up. What it returns delivers that request after all.
func keepsBack(t *testing.T, b *backend, w sdk.Lease) (arrive func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(testContext(t))
	defer cancel()
	slow, requests, arrive := lostTake(t, b, cancel)
	_, err := slow.Acquire(ctx, w)
	isUnknown(t, "what was given up", err)
	if n := requests.count("revoke"); n != 0 {
		t.Errorf("%d etcd leases were revoked: the request could not take a lock anyhow", n)
	}
	return arrive
}

func TestLateTakeIsVoidOnce(t *testing.T) {
	t.Parallel()
	for what, happens := range map[string]func(t *testing.T, b *backend, raw *clientv3.Client, w sdk.Lease){
		"a release answered that it is not held": func(t *testing.T, b *backend, _ *clientv3.Client, w sdk.Lease) {
			voids(t, b, w)
		},
		"a release found the lock of Python's, which ends": func(t *testing.T, b *backend, raw *clientv3.Client, w sdk.Lease) {
			id := pythonLock(t, raw, b.prefix+w.Resource, 60)
			voids(t, b, w)
			_, err := raw.Revoke(testContext(t), id)
			fatal(t, err)
		},
		"another lease was granted and released": func(t *testing.T, b *backend, _ *clientv3.Client, w sdk.Lease) {
			release(t, b, acquire(t, b, want(w.Resource)))
		},
		"another attempt with its id was granted and released": func(t *testing.T, b *backend, _ *clientv3.Client, w sdk.Lease) {
			other := openAt(t, Config{Endpoints: b.where, Prefix: b.prefix})
			acquire(t, other, w)
			release(t, b, w)
		},
		"another attempt with its id was granted and ended by itself": func(t *testing.T, b *backend, raw *clientv3.Client, w sdk.Lease) {
			id, _ := leaseID(acquire(t, b, w).ID)
			_, err := raw.Revoke(testContext(t), clientv3.LeaseID(id)) // which is how etcd ends it too
			fatal(t, err)
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			b, raw := start(t)
			voids(t, b, want("deploy")) // a resource that has been in use
			for _, resource := range []string{"deploy", "new"} {
				w := want(resource)
				arrive := keepsBack(t, b, w)
				happens(t, b, raw, w)
				if err := arrive(); err != nil {
					t.Errorf("the late request: %v, want it to be served", err)
				}
				isFree(t, b, resource)
			}
		})
	}
}

// Without any of that, what was kept back does take the lock: so the test above
// tests something. The id settles it.
func TestLateTakeIsSettledWithItsID(t *testing.T) {
	t.Parallel()
	b, _ := start(t)
	w := want("deploy")
	fatal(t, keepsBack(t, b, w)())
	same(t, current(t, b, "deploy"), acquire(t, b, w))
	release(t, b, w)
}

func TestTakeThatComesAgainAfterTheRelease(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	var take *pb.TxnRequest
	other := openAt(t, Config{Endpoints: b.where, Prefix: b.prefix}, tap(func(_ context.Context, request any, call func() error) error {
		if kind(request) == "take" {
			take = request.(*pb.TxnRequest)
		}
		return call()
	}).options()...)
	w := want("deploy")
	release(t, b, acquire(t, other, w))
	answer, err := b.kv.Txn(testContext(t), take)
	if err != nil || answer.GetSucceeded() { // it does not even get as far as to miss its etcd lease
		t.Errorf("the second delivery: %v, %v", answer, err)
	}
	leavesNothing(t, raw, b.prefix)
}

// The first look at a resource and every other one see a generation, and each
// grant and each release that is not held begins another. No other call does.
func TestWhatBeginsAnotherGeneration(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	w := want("deploy")
	last := int64(0)
	for _, c := range []struct {
		name   string
		counts bool
		do     func() error
	}{
		{"current", false, func() error { _, _ = b.Current(testContext(t), "deploy"); return nil }},
		{"release, not held", true, func() error { voids(t, b, w); return nil }},
		{"acquire", true, func() error { acquire(t, b, w); return nil }},
		{"acquire again", false, func() error { acquire(t, b, w); return nil }},
		{"acquire, held", false, func() error { _, _ = b.Acquire(testContext(t), want("deploy")); return nil }},
		{"renew", false, func() error { _, err := b.Renew(testContext(t), w); return err }},
		{"release, held by another", true, func() error { voids(t, b, want("deploy")); return nil }},
		{"release", false, func() error { return b.Release(testContext(t), w) }},
		{"release again", true, func() error { voids(t, b, w); return nil }},
	} {
		fatal(t, c.do())
		now := generationOf(t, raw, b, "deploy")
		if now < last || now > last != c.counts {
			t.Errorf("%s: the generation went from %d to %d", c.name, last, now)
		}
		last = now
	}
	if names := list(t, b, ""); len(names) != 0 {
		t.Errorf("list shows %q", names)
	}
	leavesNothing(t, raw, b.prefix)
}

// meddles returns a backend that lets something happen before its requests of a
// kind, most times over.
func meddles(t *testing.T, b *backend, before string, most int, happens func()) (*backend, *log) {
	requests := new(log)
	return openAt(t, Config{Endpoints: b.where, Prefix: b.prefix}, tap(func(_ context.Context, request any, call func() error) error {
		requests.note(request)
		if kind(request) == before && requests.count(before) <= most {
			happens()
		}
		return call()
	}).options()...), requests
}

// overAndOver is the context of a call that tries as often as it may, while the
// servers are busy with other tests.
func overAndOver(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// Nobody holds the lock when it finds that it was overtaken, so it takes it, with
// the etcd lease that it has.
func TestOvertakenAcquireLooksAgain(t *testing.T) {
	t.Parallel()
	b, _ := start(t)
	for what, happens := range map[string]func(){
		"grants": func() { release(t, b, acquire(t, b, want("deploy"))) },
		"voids":  func() { voids(t, b, want("deploy")) },
	} {
		slow, requests := meddles(t, b, "take", mostTries-1, happens)
		lease, err := slow.Acquire(overAndOver(t), want("deploy"))
		fatal(t, err)
		same(t, current(t, b, "deploy"), lease)
		if takes, grants := requests.count("take"), requests.count("grant"); takes != mostTries || grants != 1 {
			t.Errorf("%s: %d requests to take it, %d etcd leases", what, takes, grants)
		}
		release(t, b, lease)
	}
}

func TestOvertakenTooOften(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	slow, requests := meddles(t, b, "take", mostTries, func() { voids(t, b, want("deploy")) })
	_, err := slow.Acquire(overAndOver(t), want("deploy"))
	if !errors.Is(err, sdk.ErrUnavailable) || requests.count("revoke") != 1 {
		t.Errorf("acquire: %v, %d revoked", err, requests.count("revoke"))
	}
	contains(t, err, b.where, "20 times", "try again")
	slow, _ = meddles(t, b, "void", mostTries, func() { voids(t, b, want("deploy")) })
	err = slow.Release(overAndOver(t), want("deploy"))
	if !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("release: %v", err)
	}
	leavesNothing(t, raw, b.prefix)
}

// A release that has found nothing is overtaken by the very request that it is
// to make void: then it ends what that took.
func TestReleaseIsOvertakenByTheTake(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	w := want("deploy")
	arrive := keepsBack(t, b, w)
	other, _ := meddles(t, b, "void", 1, func() { fatal(t, arrive()) })
	release(t, other, w)
	leavesNothing(t, raw, b.prefix)
}

// The lock ends by itself after a release has found it, and before that another
// attempt with its id has looked.
func TestReleaseOfWhatHasEndedIsFinalToo(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	w := want("deploy")
	id, _ := leaseID(acquire(t, b, w).ID)
	var arrive func() error
	other, _ := meddles(t, b, "revoke", 1, func() {
		_, err := raw.Revoke(testContext(t), clientv3.LeaseID(id))
		fatal(t, err)
		arrive = keepsBack(t, b, w)
	})
	voids(t, other, w)
	fatal(t, arrive())
	isFree(t, b, "deploy")
}

// Each request of a release that is not held is disturbed in every way, alone and
// with all that follow. If it says "not held", it has counted.
func TestReleaseThatIsNotHeldTellsTheTruth(t *testing.T) {
	t.Parallel()
	for _, d := range disturbances {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			b, raw := start(t)
			held := acquire(t, b, want("deploy"))
			for _, length := range []int{0, 1000} {
				for nth, more := 1, true; more; nth++ {
					before := generationOf(t, raw, b, "deploy")
					ctx, cancel := context.WithCancel(testContext(t))
					other, happened := disturbed(t, b, d, nth, nth+length, cancel)
					err := other.Release(ctx, want("deploy"))
					cancel()
					counted := generationOf(t, raw, b, "deploy") > before
					switch {
					case err == nil,
						errors.Is(err, sdk.ErrNotHeld) != (nth > 2),
						errors.Is(err, sdk.ErrNotHeld) && !counted,
						isCertain(err) && counted && nth <= 2,
						!isCertain(err) && (d.harmless || nth == 1):
						t.Errorf("request %d (%d more): %v; it has counted: %t", nth, length, err, counted)
					}
					if nth <= 2 {
						contains(t, err, b.where)
					}
					more = happened()
				}
			}
			same(t, current(t, b, "deploy"), held)
		})
	}
}

// In the middle of it all, requests to take the lock come a second time, and
// others after they were given up.
func TestNeverTwoHoldersWhateverComesLate(t *testing.T) {
	t.Parallel()
	straight, raw := start(t)
	var h hammering
	b := openAt(t, Config{Endpoints: straight.where, Prefix: straight.prefix}, tap(func(_ context.Context, request any, call func() error) error {
		err := call()
		if take, ok := request.(*pb.TxnRequest); ok && kind(request) == "take" {
			h.late.Go(func() { _, _ = straight.kv.Txn(testContext(t), take) })
		}
		return err
	}).options()...)
	h.run(t, b)
	isFree(t, straight, "deploy")
	leavesNothing(t, raw, b.prefix)
}
