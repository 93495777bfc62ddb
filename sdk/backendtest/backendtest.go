// Package backendtest has what the tests of a backend say again and again:
// a lease to ask for, operations that must succeed, errors that must say
// something. What every backend owes is tested by package conformance; this one
// is for the tests that are about one store.
//
// A function that is given a test fails it, and ends it where going on would be
// of no use.
package backendtest

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// callTimeout bounds a call well below a host's default of 30 s.
const callTimeout = 20 * time.Second

// Context returns a context for one call or a few: it ends after 20 s, and with
// the test.
func Context(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	t.Cleanup(cancel)
	return ctx
}

// Want returns a lease to ask for: one minute of the resource, with a new id.
func Want(resource string) sdk.Lease {
	return sdk.Lease{
		Resource: resource, ID: sdk.NewID(), Principal: "ana@ops", Reason: "patch the database",
		TTL: time.Minute,
	}
}

// Acquire takes a lock that is free.
func Acquire(t testing.TB, b sdk.Backend, want sdk.Lease) sdk.Lease {
	t.Helper()
	got, err := b.Acquire(Context(t), want)
	if err != nil {
		t.Fatalf("acquire %q: %v", want.Resource, err)
	}
	return got
}

// Release gives up a lock that is held.
func Release(t testing.TB, b sdk.Backend, held sdk.Lease) {
	t.Helper()
	if err := b.Release(Context(t), held); err != nil {
		t.Fatalf("release %q: %v", held.Resource, err)
	}
}

// List returns the names of the locked resources that begin with prefix, in
// order.
func List(t testing.TB, b sdk.Backend, prefix string) []string {
	t.Helper()
	var names []string
	for lease, err := range b.List(Context(t), prefix) {
		if err != nil {
			t.Fatalf("list %q: %v", prefix, err)
		}
		names = append(names, lease.Resource)
	}
	slices.Sort(names)
	return names
}

// Same checks that two leases are the same but for the time that is left.
func Same(t testing.TB, got, want sdk.Lease) {
	t.Helper()
	got.TTL, want.TTL = 0, 0
	if !reflect.DeepEqual(got, want) {
		t.Errorf("lease is\n%+v, want\n%+v", got, want)
	}
}

// About checks that so much time is left, or up to 10 s less.
func About(t testing.TB, got, want time.Duration) {
	t.Helper()
	if got > want || got < want-10*time.Second {
		t.Errorf("TTL is %s, want about %s", got, want)
	}
}

// Says checks that an error holds each of parts, in one line.
func Says(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not contain %q", err, part)
		}
	}
	if strings.ContainsAny(err.Error(), "\n\r") {
		t.Errorf("error has more than one line: %q", err)
	}
}

// Within checks that a call does not take longer than limit.
func Within(t testing.TB, limit time.Duration, call func()) {
	t.Helper()
	begin := time.Now()
	call()
	passed(t, begin, limit)
}

func passed(t testing.TB, since time.Time, limit time.Duration) {
	t.Helper()
	if took := time.Since(since); took > limit {
		t.Errorf("took %s, more than %s", took, limit)
	}
}

// Prompt is how long a call may take that its context ends, or that knows at once
// how it ends. It would rather be less; but machines that run tests are busy at
// times, and this is still shorter than the limits that are to be told apart from
// it, such as the five seconds that clients of servers wait for a connection.
const Prompt = 4 * time.Second

// Promptly checks that a call ends at once, within [Prompt].
func Promptly(t testing.TB, call func()) {
	t.Helper()
	Within(t, Prompt, call)
}

// PromptSince checks that what has just ended did so at once, within [Prompt] of
// a moment in the middle of it.
func PromptSince(t testing.TB, moment time.Time) {
	t.Helper()
	passed(t, moment, Prompt)
}

// Eventually waits, up to limit, for something to hold.
func Eventually(t testing.TB, limit time.Duration, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %s: %s", limit, what)
		}
	}
}
