package check

import (
	"slices"
	"time"
)

// fences looks for fences that do not grow with the grants of the resource.
func (b *book) fences() []Violation {
	if !b.rules.Fences {
		return nil
	}
	var found []Violation
	for _, l := range b.tagged() {
		found = append(found, b.fencesOf(l)...)
	}
	return found
}

// fencesOf judges the fences of one lease, and against those of earlier ones.
func (b *book) fencesOf(l *lease) []Violation {
	var found []Violation
	shown := l.shown()
	for i, op := range shown {
		if op.Fence == 0 {
			found = append(found, violation("fences", []*Op{op}, "resource %s: %s has no fence", b.resource, l.tag))
		}
		for _, earlier := range shown[:i] {
			if b.contradict(l, earlier, op) {
				found = append(found, violation("fences", []*Op{earlier, op}, "resource %s: %s has two fences, %d and %d",
					b.resource, l.tag, earlier.Fence, op.Fence))
			}
		}
		found = append(found, b.notAbove(l, op)...)
	}
	return found
}

// shown are the commands that showed the lease with its fence.
func (l *lease) shown() []*Op {
	var all []*Op
	for _, op := range l.proofs {
		if op.Kind == Current {
			all = append(all, op)
		}
	}
	return all
}

// contradict reports whether a lease cannot have had both fences. Only one that
// was granted again, after its end, has another, and that is higher.
func (b *book) contradict(l *lease, earlier, later *Op) bool {
	if b.regranted(l) {
		return earlier.Return < later.Call && later.Fence < earlier.Fence
	}
	return earlier.Fence != later.Fence
}

// regranted reports whether the lease can have ended and been granted again.
func (b *book) regranted(l *lease) bool {
	if len(l.acquires) == 0 {
		return false
	}
	first, last := never, time.Duration(0)
	for _, op := range l.acquires {
		first, last = min(first, op.Call), max(last, op.Return)
	}
	return len(l.acquires) > 1 || last >= b.rules.earliest(first, l.shortest())
}

// notAbove compares with the leases that were granted before.
func (b *book) notAbove(l *lease, op *Op) []Violation {
	var found []Violation
	for _, other := range b.tagged() {
		if other == l || len(l.acquires) == 0 {
			continue
		}
		for _, before := range other.shown() {
			if op.Fence != 0 && before.Fence >= op.Fence && b.precedes(other, before, l) {
				found = append(found, violation("fences", []*Op{before, l.acquires[0], op}, "resource %s: %s was granted after %s, but its fence %d is not above %d",
					b.resource, l.tag, other.tag, op.Fence, before.Fence))
			}
		}
	}
	return found
}

// precedes reports whether the grant whose fence was shown certainly came before
// that of another lease: because that was asked for later, or because it was
// certainly held later. It cannot have been granted before what was held meanwhile.
func (b *book) precedes(l *lease, shown *Op, other *lease) bool {
	if b.grantedBy(l, shown) < other.acquires[0].Call {
		return true
	}
	if b.regranted(l) || b.regranted(other) {
		return false
	}
	first, _ := b.certain(l)
	_, last := b.certain(other)
	return first < last
}

// certain returns the first and the last moment from which on a lease was
// certainly held: never and 0, if it was at none.
func (b *book) certain(l *lease) (first, last time.Duration) {
	first = never
	for _, op := range slices.Concat(l.acquires, l.renewals) {
		if h, ok := b.hold(l, op); ok {
			first, last = min(first, h.from), max(last, h.from)
		}
	}
	return first, last
}

// grantedBy is when the grant whose fence was shown had certainly been made.
func (b *book) grantedBy(l *lease, shown *Op) time.Duration {
	if b.regranted(l) {
		return shown.Return
	}
	return firstProof(l)
}
