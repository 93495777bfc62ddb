package check

import (
	"os"
	"strconv"
	"testing"
	"time"
)

// stores are the kinds of store that there are.
var stores = map[string]Rules{
	"exact":    {LateBound: simAttempt, Fences: true, Clock: true},
	"bounded":  {LateBound: 2 * time.Second, Slack: time.Second, Fences: true, Clock: true},
	"etcd":     {LateBound: -1, Slack: 2 * time.Second, Restarts: true, FixedTTL: true, Fences: true},
	"dynamodb": {LateBound: -1, Slack: 4 * time.Second, RenewRevives: true, Lingers: true, Fences: true},
}

// histories is how many random ones must pass on each store.
func histories() uint64 {
	if n, err := strconv.ParseUint(os.Getenv("STORMLOCK_CHECK_HISTORIES"), 10, 64); err == nil {
		return n
	}
	return 250
}

func TestCorrectLocksPass(t *testing.T) {
	for name, rules := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range histories() {
				for _, v := range Check(simulate(seed, rules, ""), rules) {
					t.Fatalf("history %d: %s", seed, v)
				}
			}
		})
	}
}

// TestFlawsAreCaught breaks the lock in one way, and waits for it to show.
func TestFlawsAreCaught(t *testing.T) {
	const within = 40
	for _, f := range []flaw{
		noExclusion, renewWithoutID, releaseWithoutID, renewRevives, lostExpiry, earlyExpiry, lateTakes,
		fenceInversion, twoFences, heldThoughTaken, releaseNothing, staleRead,
	} {
		for name, rules := range stores {
			if allowed[f] == name {
				continue
			}
			t.Run(string(f)+"/"+name, func(t *testing.T) {
				t.Parallel()
				by := map[string]int{}
				for seed := range uint64(within) {
					for _, v := range Check(simulate(seed, rules, f), rules) {
						by[v.Checker]++
					}
				}
				t.Logf("caught in %d histories by %v", within, by)
				if len(by) == 0 {
					t.Errorf("not caught in %d histories", within)
				}
			})
		}
	}
}

// allowed are flaws that a store's rules allow.
var allowed = map[flaw]string{lostExpiry: "etcd"}
