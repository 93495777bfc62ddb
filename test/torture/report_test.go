//go:build linux

package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func reportOf(t *testing.T, entries ...entry) *report {
	t.Helper()
	r := &report{path: filepath.Join(t.TempDir(), "report.jsonl")}
	for _, e := range entries {
		if err := r.add(e); err != nil {
			t.Fatal(err)
		}
	}
	read, err := openReport(r.path)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// TestReportAddsUp: what is published counts the histories of the latest
// executables, none that is invalid, and every violation.
func TestReportAddsUp(t *testing.T) {
	of := func(fault string, seed uint64, sum string, v verdict) entry {
		return entry{Backend: "etcd", Fault: fault, Seed: seed, Sum: sum, verdict: v}
	}
	r := reportOf(t,
		of("none", 1, "old", verdict{Ops: 1000}),
		of("none", 1, "new", verdict{Ops: 600, Unknown: 1}),
		of("none", 2, "new", verdict{Ops: 10, Invalid: "idle", Violations: []string{"fences: x"}}),
		of("none", 3, "new", verdict{Ops: 601, Violations: []string{"told: x", "complaint: y"}}),
		of("delay", 1, "new", verdict{Ops: 7}),
		entry{Backend: "etcd", Fault: "none", Seeded: "etcd-raw-revoke", Seed: 1, Sum: "seeded", verdict: verdict{Ops: 5}},
		entry{Backend: "etcd", Fault: "none", Seeded: "etcd-raw-revoke", Seed: 2, Sum: "seeded", verdict: verdict{Violations: []string{"told: x", "told: y"}}},
	)
	var b strings.Builder
	r.table(&b)
	r.seedTable(&b)
	for _, line := range []string{
		"| none | 0 / 0 / 0 | 0 / 0 / 0 | 2 / 1201 / 3 | 0 / 0 / 0 | 0 / 0 / 0 |",
		"| delay | – | 0 / 0 / 0 | 1 / 7 / 0 | 0 / 0 / 0 | 0 / 0 / 0 |",
		"| etcd | 3 | 1208 | 1 | 3 | 1 | 1–3 | new |",
		"| etcd-raw-revoke | etcd/none | 2 | told |",
		"| redis-get-then-set | redis/none | 0 | not found |",
	} {
		if !strings.Contains(b.String(), line+"\n") {
			t.Errorf("there is no line %q in:\n%s", line, b.String())
		}
	}
}
