package main

import (
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/boottime"
)

// stderrTo makes stderr a file until the end of the test, and returns its path.
func stderrTo(t *testing.T) (path string) {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	stderr := os.Stderr
	os.Stderr = file
	t.Cleanup(func() {
		os.Stderr = stderr
		_ = file.Close()
	})
	return file.Name()
}

// toldWhile returns what is written on stderr, which is no terminal, while do runs.
func toldWhile(t *testing.T, do func()) string {
	t.Helper()
	path := stderrTo(t)
	do()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// shown is a progress in virtual time, of a lease that ends in an hour. The machine
// can sleep.
func shown(limit waitFlag) (p *progress, sleep func(time.Duration)) {
	start := time.Now()
	var slept atomic.Int64
	p = &progress{limit: limit, clock: func() boottime.Instant {
		return boottime.Instant(time.Since(start)) + boottime.Instant(slept.Load())
	}}
	p.heldBy(&heldByOther{lease: sdk.Lease{Resource: "r", ID: "1", Principal: "ben\x1b@ops", TTL: time.Hour}})
	return p, func(d time.Duration) { slept.Add(int64(d)) }
}

// TestLineAMinute where no line can change, the machine's sleep included.
func TestLineAMinute(t *testing.T) {
	var got string
	synctest.Test(t, func(t *testing.T) {
		p, sleep := shown(waitFlag{endless: true})
		got = toldWhile(t, func() {
			p.begin()
			time.Sleep(90500 * time.Millisecond)
			p.unheard()
			time.Sleep(time.Minute)
			sleep(30 * time.Minute)
			p.heldBy(p.held)
			time.Sleep(1500 * time.Millisecond)
			p.end()
			time.Sleep(time.Hour)
		})
	})
	const want = `stormlock: still waiting for resource "r" after 1m: held by ben\x1b@ops, for 59m still
stormlock: still waiting for resource "r" after 2m: the last question got no answer
stormlock: still waiting for resource "r" after 32m31s: held by ben\x1b@ops, for 27m29s still
`
	if got != want {
		t.Errorf("told %q, want %q", got, want)
	}
}

// TestProgressLine: what a terminal shows.
func TestProgressLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, test := range []struct {
			limit  waitFlag
			passed time.Duration
			deaf   bool
			want   string
		}{
			{waitFlag{limit: 30 * time.Minute}, 0, false, "waited 0s of 30m; the other lease ends in 1h"},
			{waitFlag{limit: 30 * time.Minute}, 65 * time.Second, false, "waited 1m5s of 30m; the other lease ends in 58m55s"},
			{waitFlag{endless: true}, 65 * time.Second, false, "waited 1m5s; the other lease ends in 58m55s"},
			{waitFlag{endless: true}, time.Hour, false, "waited 1h; the other lease has ended"},
			{waitFlag{endless: true}, time.Minute, true, "waited 1m; the last question got no answer"},
		} {
			p, _ := shown(test.limit)
			time.Sleep(test.passed)
			if test.deaf {
				p.unheard()
			}
			if got := p.line(); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		}
	})
}

// TestHolderAndFaultsAreToldOnce: what progress notes decides what is worth a line.
func TestHolderAndFaultsAreToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _ := shown(waitFlag{endless: true})
		same := &heldByOther{lease: sdk.Lease{ID: "1", TTL: time.Minute}, at: p.clock()}
		other := &heldByOther{lease: sdk.Lease{ID: "2", TTL: time.Minute}, at: p.clock()}
		for i, step := range []struct{ told, want bool }{
			{p.heldBy(same), false},
			{p.unheard(), true},
			{p.unheard(), false},
			{p.heldBy(same), false},
			{p.unheard(), true},
			{p.heldBy(other), true},
			{p.heldBy(same), true},
		} {
			if step.told != step.want {
				t.Errorf("step %d: %t, want %t", i, step.told, step.want)
			}
		}
	})
}
