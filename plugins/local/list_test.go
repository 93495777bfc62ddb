package local

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
)

// filled returns a backend with copies of a lease, and their names in order.
func filled(t *testing.T, n int, want sdk.Lease) (*backend, []string) {
	t.Helper()
	b := newBackend(t)
	acquire(t, b, want)
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("r%06d", i)
	}
	if err := copyTo(b.file.path, want.Resource, names); err != nil {
		t.Fatal(err)
	}
	return b, names
}

// copyTo puts the record of a resource at others.
func copyTo(path, from string, to []string) error {
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		return err
	}
	defer db.Close()
	return db.Update(func(tx *bolt.Tx) error {
		leases := tx.Bucket(leaseBucket)
		data := slices.Clone(leases.Get([]byte(from)))
		for _, name := range to {
			if err := leases.Put([]byte(name), data); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestListOfManyYieldsEachOnce(t *testing.T) {
	t.Parallel()
	for _, n := range []int{pageSize - 1, pageSize, pageSize + 1, 2*pageSize + 1} {
		b, names := filled(t, n, wanted("seed"))
		if got := backendtest.List(t, b, "r"); !slices.Equal(got, names) {
			t.Errorf("%d leases, want %d", len(got), n)
		}
		if got := backendtest.List(t, b, names[n-1]); !slices.Equal(got, names[n-1:]) {
			t.Errorf("the last: %q", got)
		}
	}
}

// A page is small, however long the reasons are.
func TestListOfLongReasons(t *testing.T) {
	t.Parallel()
	want := wanted("seed")
	want.Reason = strings.Repeat("x", sdk.MaxReasonLen)
	n := 2 * pageBytes / sdk.MaxReasonLen
	b, names := filled(t, n, want)
	if got := backendtest.List(t, b, "r"); !slices.Equal(got, names) {
		t.Errorf("%d leases, want %d", len(got), n)
	}
	_, err := b.file.view(t.Context(), func(l *ledger) ([]sdk.Lease, error) {
		page, next := l.list("r", "r")
		if len(page) > n/2 || next != names[len(page)] {
			t.Errorf("a page of %d, and then %q", len(page), next)
		}
		return nil, nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestListWithoutAFile(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	for _, prefix := range []string{"", "r"} {
		if got := backendtest.List(t, b, prefix); len(got) > 0 {
			t.Errorf("prefix %q: %q", prefix, got)
		}
	}
}

// A caller may take his time, and change leases, between two pages and within
// one.
func TestListIsNotInTheWay(t *testing.T) {
	t.Parallel()
	b, names := filled(t, pageSize+1, wanted("seed"))
	seen := 0
	for lease, err := range b.List(context.Background(), "r") {
		if err != nil {
			t.Fatal(err)
		}
		if lease.Resource == names[0] || lease.Resource == names[pageSize] {
			if err := b.Release(t.Context(), sdk.Lease{Resource: lease.Resource, ID: lease.ID}); err != nil {
				t.Error(err)
			}
		}
		seen++
	}
	if seen != len(names) {
		t.Errorf("%d leases, want %d", seen, len(names))
	}
	if got := backendtest.List(t, b, "r"); len(got) != len(names)-2 {
		t.Errorf("%d are left", len(got))
	}
}
