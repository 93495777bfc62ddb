//go:build linux

package main

import (
	"slices"

	"github.com/stormlock/stormlock/test/torture/check"
)

// A cell is one backend under one fault.
type cell struct {
	backend string
	fault   fault
}

func (c cell) String() string { return c.backend + "/" + c.fault.name }

// variant is how the executables have to be built for the fault.
func (c cell) variant() variant {
	if c.fault.needs == needsSkew {
		return skewed
	}
	return released
}

// A fault is something that goes wrong in the middle of a history.
type fault struct {
	name  string
	needs need
	// only are the backends that can meet it; nil is all of them, and remote
	// all that have a server.
	only []string
	// patient says that commands may take three times as long, so that one attempt
	// of theirs outlasts the fault.
	patient bool
	// strike does it, and returns when all is well again. The error is one of
	// the harness.
	strike func(*history) error
	// rules, if not nil, says what the fault changes of what may be expected of
	// a backend.
	rules func(backend string, r *check.Rules)
}

// A need is what a fault asks of the store that it strikes.
type need int

const (
	needsNothing need = iota
	needsRestart      // a server that keeps its data over its end
	needsCluster      // three members
	needsSkew         // executables with a clock that can be off
	needsDisk         // a file system of its own
)

func (f fault) meets(backend string) bool { return f.only == nil || slices.Contains(f.only, backend) }

// cells are all that a whole run goes through.
func cells() (all []cell) {
	for _, backend := range backends {
		for _, f := range faults {
			if f.meets(backend) {
				all = append(all, cell{backend, f})
			}
		}
	}
	return all
}

func findCell(name string) (cell, bool) {
	all := cells()
	i := slices.IndexFunc(all, func(c cell) bool { return c.String() == name })
	if i < 0 {
		return cell{}, false
	}
	return all[i], true
}
