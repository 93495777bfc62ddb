//go:build seeded

package redis

import (
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// Run with STORMLOCK_SEED set, one at a time: each shows that its fault is
// there, and fails without it.

func seed(t *testing.T, name string) {
	t.Helper()
	if os.Getenv("STORMLOCK_SEED") != name {
		t.Skipf("STORMLOCK_SEED is not %s", name)
	}
}

func TestSeedGetThenSet(t *testing.T) {
	seed(t, "redis-get-then-set")
	b, _, server := start(t)
	acquire(t, b, want("held"))
	if _, err := b.Acquire(testContext(t), want("held")); err == nil {
		t.Error("it does not look at all")
	}
	for range 20 {
		if takenTwice(t, server.URL) {
			return
		}
	}
	t.Error("no two took the lock at the same time")
}

func takenTwice(t *testing.T, url string) bool {
	var both sync.WaitGroup
	var errs [2]error
	resource := sdk.NewID()
	for i := range errs {
		b := openAt(t, Config{URL: url})
		both.Go(func() { _, errs[i] = b.Acquire(testContext(t), want(resource)) })
	}
	both.Wait()
	return errs[0] == nil && errs[1] == nil
}

func TestSeedNoDeadline(t *testing.T) {
	seed(t, "redis-no-deadline")
	b, raw, _ := start(t)
	notHeld(t, b, want("deploy"))
	id := make([]byte, 16)
	take := func(end time.Duration) string {
		got := must(t, raw.Eval(testContext(t), string(scriptAcquire), b.(*backend).keys("deploy"),
			id, "ana", "", "60000", deadlineIn(end), ""))
		return reply(got.([]any)).status()
	}
	if got := take(time.Minute); got != "overtaken" {
		t.Errorf("in time: %q", got)
	}
	if got := take(-time.Minute); got != "lease" {
		t.Errorf("late: %q", got)
	}
}

func TestSeedReleaseWithoutID(t *testing.T) {
	seed(t, "redis-release-without-id")
	b, raw, _ := start(t)
	acquire(t, b, want("deploy"))
	release(t, b, want("deploy"))
	if must(t, raw.Exists(testContext(t), "deploy")) != 0 {
		t.Error("the lock is still there")
	}
}
