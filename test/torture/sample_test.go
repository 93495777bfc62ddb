//go:build linux

package main

import (
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// Histories of the sample are begun for sampleTime, on a slow machine only until
// sampleEnd, so that the last of them ends within the ten minutes that CI has
// for it all. Two are begun in any case.
const (
	sampleTime = 3 * time.Minute
	sampleEnd  = 6 * time.Minute
)

var began = time.Now()

// today numbers the days, so that each has a sample of its own.
func today() int { return int(time.Now().Unix() / (24 * 60 * 60)) }

// TestHarnessFindsSeededFaults: what finds nothing in a program that is wrong
// says nothing about one that is right. Two of the seeded faults a day;
// `make torture` looks for all.
func TestHarnessFindsSeededFaults(t *testing.T) {
	run := newTorture(t)
	for n := range 2 {
		seed := seedFaults[(today()*2+n)%len(seedFaults)]
		found, err := run.seek(seed)
		if err != nil {
			t.Fatal(err)
		}
		if !found {
			t.Errorf("%s was not found in %d histories", seed.name, withinHistories)
		}
	}
}

// TestSample runs one history of some cells: as many as there is time for, other
// ones every day. `make torture` runs all.
func TestSample(t *testing.T) {
	run := newTorture(t)
	queue := make(chan *lane)
	var working sync.WaitGroup
	for range 2 {
		working.Go(func() { run.work(queue) })
	}
	left, all := min(sampleTime, sampleEnd-time.Since(began)), cells()
	end := time.Now().Add(left)
	// A step that has no divisor in common with the number of cells visits
	// all of them, backends and faults mixed.
	at := today() * 29
	for n := 0; n < len(all) && (n < 2 || time.Now().Before(end)); n++ {
		l, err := run.lane(all[(at+n*coprime(len(all)))%len(all)])
		if err != nil {
			t.Error(err)
			break
		}
		l.last = uint64(today()) // the seed, by which the time that some faults last takes turns
		queue <- l
	}
	close(queue)
	working.Wait()
	for _, e := range run.entries {
		t.Logf("%s/%s: seed %d: %s; %d operations in %.0f s", e.Backend, e.Fault, e.Seed, e.verdict, e.Ops, e.Seconds)
		for _, violation := range e.Violations {
			t.Errorf("%s/%s: seed %d: %s", e.Backend, e.Fault, e.Seed, violation)
		}
	}
	if run.fault != nil {
		t.Error(run.fault)
	}
}

func newTorture(t *testing.T) *torture {
	t.Helper()
	return &torture{
		options: options{count: 1, mixed: true}, stage: built, stop: make(chan struct{}),
		report: &report{path: filepath.Join(t.TempDir(), "report")},
	}
}

func coprime(n int) int {
	for step := 31; ; step += 2 {
		if gcd(step, n) == 1 {
			return step
		}
	}
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
