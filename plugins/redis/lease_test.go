package redis

import (
	"errors"
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

func TestAcquireReturnsTheLeaseAsStored(t *testing.T) {
	b, _, _ := start(t)
	w := want("deploy")
	got := acquire(t, b, w)
	if got.Fence == 0 || time.Since(got.Created).Abs() > time.Minute || got.Created.Location() != time.UTC {
		t.Errorf("fence %d, created %s", got.Fence, got.Created)
	}
	w.Created, w.Fence = got.Created, got.Fence
	if !reflect.DeepEqual(got, w) {
		t.Errorf("got %+v, want %+v", got, w)
	}
	current, err := b.Current(testContext(t), "deploy")
	if err != nil {
		t.Fatal(err)
	}
	same(t, current, got)
	if current.TTL <= 50*time.Second || current.TTL > time.Minute {
		t.Errorf("TTL = %s", current.TTL)
	}
}

func TestAcquireAgainLeavesTheLeaseAsItStands(t *testing.T) {
	b, _, _ := start(t)
	w := want("deploy")
	first := acquire(t, b, w)
	w.TTL, w.Principal, w.Reason = time.Hour, "bob@ops", "another"
	again := acquire(t, b, w)
	same(t, again, first)
	if again.TTL > time.Minute {
		t.Errorf("the repeat changed the TTL to %s", again.TTL)
	}
}

func TestAcquireOfAHeldLockNamesTheHolder(t *testing.T) {
	b, _, _ := start(t)
	first := acquire(t, b, want("deploy"))
	_, err := b.Acquire(testContext(t), want("deploy"))
	held, ok := errors.AsType[*sdk.HeldError](err)
	if !ok || !errors.Is(err, sdk.ErrHeld) {
		t.Fatalf("error = %v", err)
	}
	same(t, held.Lease, first)
}

func TestRenewReturnsTheWholeLease(t *testing.T) {
	b, _, _ := start(t)
	first := acquire(t, b, want("deploy"))
	renewed, err := b.Renew(testContext(t), sdk.Lease{Resource: "deploy", ID: first.ID, TTL: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	same(t, renewed, first)
	if renewed.TTL != time.Hour {
		t.Errorf("TTL = %s", renewed.TTL)
	}
	current, err := b.Current(testContext(t), "deploy")
	if err != nil || current.TTL < 59*time.Minute {
		t.Errorf("current TTL = %s, %v", current.TTL, err)
	}
}

func TestOnlyTheHoldersIDRenewsOrReleases(t *testing.T) {
	b, raw, _ := start(t)
	first := acquire(t, b, want("deploy"))
	for _, id := range []string{sdk.NewID(), "not-an-id", "7587862094570471938", "694d71ddacfda227"} {
		other := sdk.Lease{Resource: "deploy", ID: id, TTL: time.Hour}
		if _, err := b.Renew(testContext(t), other); !errors.Is(err, sdk.ErrNotHeld) {
			t.Errorf("renew with %s: %v", id, err)
		}
		if err := b.Release(testContext(t), other); !errors.Is(err, sdk.ErrNotHeld) {
			t.Errorf("release with %s: %v", id, err)
		}
	}
	if left := must(t, raw.PTTL(testContext(t), "deploy")); left > time.Minute {
		t.Errorf("another's renew changed the TTL to %s", left)
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
	b, _, _ := start(t)
	w := want("deploy")
	w.ID = "0123456789ABCDEF0123456789ABCDEF"
	if got := acquire(t, b, w); got.ID != "0123456789abcdef0123456789abcdef" {
		t.Errorf("id = %s", got.ID)
	}
	w.ID = "01234567-89ab-cdef-0123-456789abcdef"
	release(t, b, w)
}

func TestFenceGrowsWithEveryGrant(t *testing.T) {
	b, raw, _ := start(t)
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
	must(t, raw.PExpire(testContext(t), "deploy", time.Millisecond))
	time.Sleep(20 * time.Millisecond)
	release(t, b, grow("an expiry"))

	ahead := uint64(time.Now().Add(24 * time.Hour).UnixMicro())
	key := fenceKey("", "deploy")
	must(t, raw.Set(testContext(t), key, strconv.FormatUint(ahead, 10), 0))
	last = ahead
	if got := grow("the clock was set back"); got.Fence != ahead+1 {
		t.Errorf("fence = %d, want the counter's next, %d", got.Fence, ahead+1)
	}
	if ttl := must(t, raw.TTL(testContext(t), key)); ttl >= 0 {
		t.Errorf("the counter expires in %s", ttl)
	}
}

func TestFenceCounterOfAnotherKindIsLeftAlone(t *testing.T) {
	for _, value := range []string{"list", "words", "9007199254740991", "-1", "1e3"} {
		b, raw, _ := start(t)
		key := fenceKey("", "deploy")
		if value == "list" {
			must(t, raw.RPush(testContext(t), key, "a"))
		} else {
			must(t, raw.Set(testContext(t), key, value, 0))
		}
		before := must(t, raw.Dump(testContext(t), key))
		_, err := b.Acquire(testContext(t), want("deploy"))
		if !errors.Is(err, sdk.ErrRefused) {
			t.Errorf("%s: %v", value, err)
		}
		contains(t, err, "fence counter", "deploy")
		if after := must(t, raw.Dump(testContext(t), key)); after != before {
			t.Errorf("%s: the counter was changed", value)
		}
		if must(t, raw.Exists(testContext(t), "deploy")) != 0 {
			t.Errorf("%s: a lock was written", value)
		}
	}
}

func TestPrefixKeepsLocksApart(t *testing.T) {
	_, raw, server := start(t)
	one := openAt(t, Config{URL: server.URL, Prefix: "one:"})
	two := openAt(t, Config{URL: server.URL, Prefix: "two:"})
	acquire(t, one, want("deploy"))
	acquire(t, two, want("deploy"))
	if must(t, raw.Exists(testContext(t), "one:deploy", "two:deploy")) != 2 {
		t.Error("the keys are not prefix + resource")
	}
}

func TestTextIsKeptAsItIs(t *testing.T) {
	b, _, _ := start(t)
	w := want("naïve {x} déploiement *?[a] \\ %s")
	w.Principal, w.Reason = "ana \t\x01@ops", "line one\nline two 🙂"
	acquire(t, b, w)
	got, err := b.Current(testContext(t), w.Resource)
	if err != nil || got.Principal != w.Principal || got.Reason != w.Reason {
		t.Errorf("got %+v, %v", got, err)
	}
}
