package conformance

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// open makes a Store whose instances are those that a function makes of a
// memory on one and the same store.
func open(instance func(memory) sdk.Backend) Store {
	m := memory{newMemoryStore()}
	return Store{
		Open:    func(context.Context) (sdk.Backend, error) { return instance(m), nil },
		Foreign: m.plant,
	}
}

func intact(m memory) sdk.Backend { return m }

func TestMemory(t *testing.T) {
	Run(t, open(intact))
}

// Each broken backend must fail the check that is named for its fault. They
// run all at once, since most of the time they wait for a lease to end.
func TestBrokenBackends(t *testing.T) {
	errs := make([]error, len(broken))
	var running sync.WaitGroup
	for i, b := range broken {
		running.Go(func() {
			store := open(b.instance)
			errs[i] = find(t, b.check).Run(t.Context(), &store)
		})
	}
	running.Wait()
	for i, b := range broken {
		t.Run(b.check+"/"+b.fault, func(t *testing.T) {
			if errs[i] == nil || errors.Is(errs[i], ErrNotApplicable) {
				t.Fatalf("not caught: %v", errs[i])
			}
			t.Log(errs[i])
		})
	}
}

func find(t *testing.T, name string) Check {
	for _, check := range Checks() {
		if check.Name == name {
			return check
		}
	}
	t.Errorf("there is no check %q", name)
	return Check{Run: func(context.Context, *Store) error { return nil }}
}

func TestEveryCheckCanFail(t *testing.T) {
	for _, check := range Checks() {
		if !slices.ContainsFunc(broken, func(b breakage) bool { return b.check == check.Name }) {
			t.Errorf("no broken backend shows that %q can fail", check.Name)
		}
	}
}

func TestChecksAreDescribed(t *testing.T) {
	seen := map[string]bool{}
	for _, check := range Checks() {
		if seen[check.Name] || check.Name != strings.ToLower(check.Name) || strings.ContainsAny(check.Name, " _.") {
			t.Errorf("check %q: the name is not unique or not in kebab-case", check.Name)
		}
		if check.Why == "" || strings.Contains(check.Why, "\n") {
			t.Errorf("check %q: Why is not one line: %q", check.Name, check.Why)
		}
		seen[check.Name] = true
	}
}

// The checks release what they took, passed or failed, and keep to their
// namespace.
func TestChecksLeaveNothing(t *testing.T) {
	m := memory{newMemoryStore()}
	store := Store{
		Open:      func(context.Context) (sdk.Backend, error) { return fenceless(m), nil },
		Namespace: "conformance",
	}
	outside, err := m.Acquire(t.Context(), sdk.Lease{Resource: "deploy", ID: sdk.NewID(), Principal: "ana", TTL: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"fence-grows", "one-winner", "names-are-data", "list-shows-what-is-held", "cancel-is-heeded"} {
		err := find(t, name).Run(t.Context(), &store)
		t.Log(name, err)
	}
	for lease := range m.List(t.Context(), "") {
		if lease.ID != outside.ID {
			t.Errorf("left over: %v", lease)
		}
	}
	for resource := range m.fences {
		if resource != "deploy" && !strings.HasPrefix(resource, "conformance.") {
			t.Errorf("resource %q is outside of the namespace", resource)
		}
	}
}

func TestForeignIsOptional(t *testing.T) {
	store := open(intact)
	store.Foreign = nil
	err := find(t, "foreign-data-is-refused").Run(t.Context(), &store)
	if !errors.Is(err, ErrNotApplicable) {
		t.Fatalf("got %v; want ErrNotApplicable", err)
	}
}

// A backend that does not answer fails a check instead of stopping it.
func TestContextEndsACheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := open(intact)
		const patience = 200 * time.Millisecond
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		start := time.Now()
		if err := find(t, "expiry-frees").Run(ctx, &store); err == nil || time.Since(start) != patience {
			t.Fatalf("got %v after %v", err, time.Since(start))
		}
	})
}
