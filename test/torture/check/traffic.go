package check

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// A Window is the time of a fault, on the history's clock.
type Window struct{ Begin, End time.Duration }

// enough is how many commands have to be answered on each side of a fault.
const enough = 20

// Enough reports whether there was traffic before a fault and after it: at
// least 20 answers on each side, and of each resource a grant. A history in
// which nothing happened shows nothing, and must not count as passed.
func Enough(h History, fault Window) error {
	sides := []struct {
		name string
		in   func(Op) bool
	}{
		{"before the fault began", func(op Op) bool { return op.Return < fault.Begin }},
		{"after the fault was healed", func(op Op) bool { return op.Call > fault.End }},
	}
	for _, side := range sides {
		if err := h.busy(side.name, side.in); err != nil {
			return err
		}
	}
	return nil
}

func (h History) busy(when string, in func(Op) bool) error {
	answers, grants := 0, map[string]int{}
	for _, op := range h.Ops {
		grants[op.Resource] += 0
		if !in(op) || op.Outcome == Unknown || op.Outcome == Failed {
			continue
		}
		answers++
		if op.Outcome == Acquired {
			grants[op.Resource]++
		}
	}
	if answers < enough {
		return fmt.Errorf("history: %d answers %s, fewer than %d; let it run longer there", answers, when, enough)
	}
	for _, resource := range slices.Sorted(maps.Keys(grants)) {
		if grants[resource] == 0 {
			return fmt.Errorf("history: resource %s was not acquired %s; let it run longer there", resource, when)
		}
	}
	return nil
}
