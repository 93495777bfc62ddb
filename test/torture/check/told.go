package check

import "time"

// told looks for leases that were seen though they should not be there, or told
// of to those who asked for them as if they were another's.
func (b *book) told(start time.Time) []Violation {
	var found []Violation
	for _, l := range b.tagged() {
		found = append(found, b.heldByItself(l)...)
		found = append(found, b.refusedButThere(l)...)
		found = append(found, b.endedButThere(l)...)
		found = append(found, b.takenLate(l, start)...)
	}
	return found
}

// heldByItself is about acquires that were refused because of what they had got
// themselves, be it over or not.
func (b *book) heldByItself(l *lease) (found []Violation) {
	for _, op := range l.acquires {
		if op.Outcome == Held && op.Seen == l.tag {
			found = append(found, violation("told", []*Op{op}, "resource %s: the acquire of %s was told that another holds it, but saw itself", b.resource, l.tag))
		}
	}
	return found
}

// refusedButThere is about leases that all were told not to have got.
func (b *book) refusedButThere(l *lease) []Violation {
	if len(l.acquires) == 0 || l.granted() {
		return nil
	}
	last := lastOf(l.acquires)
	return b.seenAfter(l, last, "was seen after its acquire was told that it got nothing")
}

// endedButThere is about leases that a release has answered for. Whatever it
// said, no request from before takes the lock again.
func (b *book) endedButThere(l *lease) []Violation {
	for _, release := range l.releases {
		if b.concludesAll(l, release) {
			if found := b.seenAfter(l, release, "was seen after a release had answered for it"); found != nil {
				return found
			}
		}
	}
	return nil
}

// concludesAll reports whether a release is final for all acquires of a lease,
// and nothing else can bring it back.
func (b *book) concludesAll(l *lease, release *Op) bool {
	if len(l.acquires) == 0 || !ended(release) && b.mayRevive(l) {
		return false
	}
	for _, op := range l.acquires {
		if !op.refused() && !b.concludes(release, op) {
			return false
		}
	}
	return release.Outcome == Released || release.Outcome == Inactive
}

// ended reports whether it certainly was this release that ended the lease.
func ended(release *Op) bool { return release.Outcome == Released && !release.Retried }

// mayRevive reports whether a renewal may bring the lease back after its end.
func (b *book) mayRevive(l *lease) bool {
	return b.rules.RenewRevives && len(l.renewals) > 0
}

// seenAfter reports the first sight of a lease after an op had ended.
func (b *book) seenAfter(l *lease, op *Op, what string) []Violation {
	for _, proof := range l.proofs {
		if proof.Call > op.Return && !b.afterglow(op, proof) {
			return []Violation{violation("told", []*Op{op, proof}, "resource %s: %s %s", b.resource, l.tag, what)}
		}
	}
	return nil
}

// afterglow reports whether a lease that has ended may still have kept another
// out.
func (b *book) afterglow(op, proof *Op) bool {
	return b.rules.Lingers && !ended(op) && proof.Kind == Acquire && proof.Call <= op.Return+b.rules.Slack
}

// takenLate is about leases that were granted so long after their last acquire
// had ended that its request must have been let through late.
func (b *book) takenLate(l *lease, start time.Time) []Violation {
	if !b.rules.Clock || b.rules.LateBound < 0 || len(l.acquires) == 0 {
		return nil
	}
	last := lastOf(l.acquires)
	bound := start.Add(last.Return + b.rules.LateBound + time.Second)
	for _, op := range l.shown() {
		if op.Created.After(bound) {
			return []Violation{violation("told", []*Op{last, op}, "resource %s: %s was granted %s after its acquire had ended",
				b.resource, l.tag, seconds(op.Created.Sub(start)-last.Return))}
		}
	}
	return nil
}

func lastOf(ops []*Op) *Op {
	last := ops[0]
	for _, op := range ops {
		if op.Return > last.Return {
			last = op
		}
	}
	return last
}
