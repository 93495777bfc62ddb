package backendtest

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// leases is how many leases BenchmarkList lists.
var leases = flag.Int("leases", 10_000, "how many leases a benchmark of List lists")

// BenchmarkGrants times a lock that is taken and given up.
func BenchmarkGrants(b *testing.B, backend sdk.Backend) {
	for b.Loop() {
		held, err := backend.Acquire(b.Context(), Want("deploy"))
		if err != nil {
			b.Fatal(err)
		}
		if err := backend.Release(b.Context(), held); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLooks times looking at a lock that is held.
func BenchmarkLooks(b *testing.B, backend sdk.Backend) {
	Acquire(b, backend, Want("deploy"))
	for b.Loop() {
		if _, err := backend.Current(b.Context(), "deploy"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkList times listing as many leases as the flag -leases says, and tells
// the most memory that was in use meanwhile beyond what was in use before. To
// take the locks one by one would take long, so the caller writes them: fill
// copies a lease that is held to resources with the names of name(0) to
// name(n - 1).
func BenchmarkList(b *testing.B, backend sdk.Backend, fill func(seed sdk.Lease, n int, name func(int) string) error) {
	want := Want("seed")
	want.TTL = 24 * time.Hour
	if err := fill(Acquire(b, backend, want), *leases, func(n int) string { return fmt.Sprintf("ops/%06d", n) }); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		walk(b, backend, func(int) {})
	}
	b.ReportMetric(float64(held(b, backend))/(1<<20), "MiB-in-use")
}

// walk lists everything.
func walk(b *testing.B, backend sdk.Backend, at func(n int)) {
	ctx, cancel := context.WithTimeout(b.Context(), 10*time.Minute)
	defer cancel()
	n := 0
	for _, err := range backend.List(ctx, "ops/") {
		if err != nil {
			b.Fatal(err)
		}
		at(n)
		n++
	}
	if n != *leases {
		b.Fatalf("%d leases, want %d", n, *leases)
	}
}

// held returns the most memory that is in use at ten moments of a list.
func held(b *testing.B, backend sdk.Backend) (most int64) {
	before := inUse()
	walk(b, backend, func(n int) {
		if n%(*leases/10+1) == 0 {
			most = max(most, inUse()-before)
		}
	})
	return most
}

func inUse() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
