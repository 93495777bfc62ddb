package etcd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/stormlock/stormlock/sdk"
)

func TestListYieldsWholeLeases(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	one := acquire(t, b, want("one"))
	pythonLock(t, raw, b.prefix+"python", 60)
	python := current(t, b, "python")
	got := make(map[string]sdk.Lease)
	for lease, err := range b.List(testContext(t), "") {
		if err != nil {
			t.Fatal(err)
		}
		if lease.TTL < 50*time.Second || lease.TTL > time.Minute {
			t.Errorf("%s: TTL = %s", lease.Resource, lease.TTL)
		}
		got[lease.Resource] = lease
	}
	if len(got) != 2 {
		t.Errorf("%d leases, want 2", len(got))
	}
	same(t, got["one"], one)
	same(t, got["python"], python)
}

// Names in which the keys of one lie between the keys of another.
func TestListTellsNestedNamesApart(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	names := []string{"a", "a/id", "a/id/id", "a/p", "a/", "a//", "a/d", "a/j", "/a", "/", "id", "p", "a/c/id/p"}
	for _, name := range names {
		acquire(t, b, want(name))
	}
	for _, key := range []string{"x/id", "a/d/x", "id/", "zzz", "a/e/p"} {
		put(t, raw, b.prefix+key, "an application's")
	}
	put(t, raw, b.prefix[:len(b.prefix)-1], "outside")
	slices.Sort(names)
	for prefix, expected := range map[string][]string{
		"":     names,
		"a/id": {"a/id", "a/id/id"},
		"a/i":  {"a/id", "a/id/id"},
		"/":    {"/", "/a"},
		"b":    nil,
	} {
		if got := list(t, b, prefix); !slices.Equal(got, expected) {
			t.Errorf("prefix %q: %q, want %q", prefix, got, expected)
		}
	}
}

// More locks and other keys than fit in one page, and in one round of questions
// about their etcd leases. Pages end between any two keys of a lock.
func TestListOfManyYieldsEachOnce(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	const count = 700 // of which each has three keys, and an application's between them
	var names []string
	for i := range count {
		base := fmt.Sprintf("r%04d", i)
		names = append(names, base)
		id := grant(t, raw, 600)
		_, err := raw.Txn(testContext(t)).Then(
			clientv3.OpPut(b.prefix+base+"/id", showID(int64(id)), clientv3.WithLease(id)),
			clientv3.OpPut(b.prefix+base+"/p", "x", clientv3.WithLease(id)),
			clientv3.OpPut(b.prefix+base+"/c", then[1:], clientv3.WithLease(id)),
			clientv3.OpPut(b.prefix+base+"/d", "an application's"),
		).Commit()
		if err != nil {
			t.Fatal(err)
		}
	}
	for shift := range 4 {
		if got := list(t, b, "r"); !slices.Equal(got, names) {
			t.Errorf("shifted by %d: %d leases, want %d", shift, len(got), len(names))
		}
		put(t, raw, fmt.Sprintf("%sr!%d", b.prefix, shift), "an application's, before the others")
	}
}

// The time of a call is that of a page: who has many locks, or a reader who takes
// his time, needs more for all of them.
func TestListMayTakeLongerThanACall(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	acquire(t, b, want("a"))
	acquire(t, b, want("b"))
	for i := range pageSize {
		put(t, raw, fmt.Sprintf("%sa/x%d", b.prefix, i), "an application's")
	}
	var names []string
	b.timeout = 2 * time.Second
	for lease, err := range b.List(testContext(t), "") {
		if err != nil {
			t.Fatal(err)
		}
		if names = append(names, lease.Resource); lease.Resource == "a" {
			time.Sleep(b.timeout + 100*time.Millisecond)
		}
	}
	if !slices.Equal(names, []string{"a", "b"}) {
		t.Errorf("got %q", names)
	}
}

// What other applications keep below the prefix may be larger than an answer
// that is read.
func TestListBesideLargeValues(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	acquire(t, b, want("a"))
	acquire(t, b, want("m/x"))
	value := strings.Repeat("x", 1<<20)
	for i := range mostAnswer>>20 + 1 {
		put(t, raw, fmt.Sprintf("%sm/%02d", b.prefix, i), value)
	}
	if got := list(t, b, ""); !slices.Equal(got, []string{"a", "m/x"}) {
		t.Errorf("got %q", got)
	}
	if _, err := raw.Delete(testContext(t), b.prefix+"m/", clientv3.WithPrefix()); err != nil {
		t.Error(err)
	}
}

func TestListLeavesOutWhatEndsMeanwhile(t *testing.T) {
	t.Parallel()
	b, _ := start(t)
	kept, gone := acquire(t, b, want("kept")), acquire(t, b, want("gone"))
	readings, err := b.readAll(testContext(t), b.place("kept"), b.place("gone"), b.place("never"))
	if err != nil {
		t.Fatal(err)
	}
	release(t, b, gone)
	leases, err := b.withTimeLeft(testContext(t), []string{"kept", "gone", "never"}, readings)
	if err != nil || len(leases) != 1 {
		t.Fatalf("%+v, %v", leases, err)
	}
	same(t, leases[0], kept)
}

func TestListStopsWhenTheReaderDoes(t *testing.T) {
	t.Parallel()
	b, _ := start(t)
	acquire(t, b, want("one"))
	acquire(t, b, want("two"))
	for _, err := range b.List(testContext(t), "") {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	acquire(t, b, want("three"))
}

func TestListStopsAfterTheFirstError(t *testing.T) {
	t.Parallel()
	b, _ := start(t)
	ctx, cancel := context.WithCancel(testContext(t))
	cancel()
	var errs []error
	for _, err := range b.List(ctx, "") {
		errs = append(errs, err)
	}
	if len(errs) != 1 || !errors.Is(errs[0], sdk.ErrUnavailable) {
		t.Errorf("errors = %v", errs)
	}
}
