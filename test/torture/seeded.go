//go:build linux

package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// A seedFault is a fault of the program that was put there on purpose, in files
// with the build tag seeded. The harness has to find each; otherwise a clean
// history proves nothing.
type seedFault struct{ name, backend, fault string }

func (s seedFault) cell() string { return s.backend + "/" + s.fault }

// withinHistories is how soon each has to be found.
const withinHistories = 30

var seedFaults = []seedFault{
	{"dynamodb-condition-without-expiry", "dynamodb", "none"},
	{"dynamodb-renew-without-id", "dynamodb", "none"},
	{"postgres-without-time-zone", "postgres", "none"},
	{"redis-get-then-set", "redis", "none"},
	{"redis-release-without-id", "redis", "none"},
	{"postgres-renew-without-expiry", "postgres", "none"},
	{"etcd-raw-revoke", "etcd", "none"},
	{"core-new-id-per-retry", "redis", "reply swallowed"},
	{"redis-no-deadline", "redis", "request late"},
	{"postgres-fence-default", "postgres", "none"},
	{"core-late-success", "redis", "core stopped > TTL"},
}

// runSeeded runs histories until each seeded fault is found.
func (t *torture) runSeeded(wanted *regexp.Regexp) error {
	var missed []string
	for _, s := range seedFaults {
		if !wanted.MatchString(s.name) || t.stopped() {
			continue
		}
		found, err := t.seek(s)
		if err != nil {
			return err
		}
		if !found {
			missed = append(missed, s.name)
		}
	}
	if len(missed) > 0 {
		return fmt.Errorf("seeded faults that were not found: %s", strings.Join(missed, ", "))
	}
	return nil
}

// errNoCell is for a fault that has been renamed.
var errNoCell = errors.New("there is no such cell")

// seek looks for one seeded fault, from where an earlier run stopped.
func (t *torture) seek(seed seedFault) (found bool, err error) {
	c, ok := findCell(seed.cell())
	if !ok {
		return false, fmt.Errorf("%s: %w", seed.cell(), errNoCell)
	}
	bin, err := t.bin(seeded)
	if err != nil {
		return false, err
	}
	sum, err := t.sum(seeded, c.backend)
	if err != nil {
		return false, err
	}
	had, by := t.found(seed, sum)
	if by != "" {
		return true, nil
	}
	s, err := startStore(c.backend, c.fault)
	if err != nil {
		return false, err
	}
	defer s.stop()
	for n := had; n < withinHistories; n++ {
		e := entry{Backend: c.backend, Fault: c.fault.name, Seeded: seed.name, Seed: uint64(n + 1), Sum: sum}
		if e.verdict, err = oneHistory(c, s, bin, e.Seed, seed.name); err != nil {
			return false, err
		}
		if t.stopped() {
			return false, nil
		}
		e.Violations = firstOfEach(e.Violations)
		if err := t.record(e); err != nil || len(e.Violations) > 0 {
			return len(e.Violations) > 0, err
		}
	}
	return false, nil
}
