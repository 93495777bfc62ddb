package check

import (
	"slices"
	"time"
)

// silent returns the grants of an acquire that its answer does not tell of.
//
// An acquire that was not answered may have got the lease. One that was told
// that another holds it may have got it meanwhile, by an attempt that came late,
// and given it up. And one that took longer than the lease lasts may have got it
// more than once. None of that matters unless somebody saw the lease.
func (b *book) silent(op *Op) []move {
	l := b.lease(op.Tag)
	last := b.lastProof(l, op)
	if last < op.Call {
		return nil
	}
	v := b.move(op, mayTake)
	v.ret = max(op.Call, min(b.effective(l, op), last))
	all := slices.Repeat([]move{v}, b.grants(op))
	if b.mustHaveBeen(l, op) {
		all[0].verb = takes
		all[0].ret = max(op.Call, min(v.ret, firstProof(l)))
	}
	return all
}

// grants is how many times an acquire may have got the lease in silence.
func (b *book) grants(op *Op) int {
	again := maxAgain
	if lasts := op.TTL - b.rules.Early; lasts > 0 {
		again = min(again, int(op.took()/lasts))
	}
	if op.Outcome == Acquired {
		return again
	}
	return 1 + again
}

// maxAgain bounds the work. An acquire gives up after a few attempts.
const maxAgain = 3

// mustHaveBeen reports whether the acquire has no answer but the lease was
// seen, and nothing else asked for it.
func (b *book) mustHaveBeen(l *lease, op *Op) bool {
	return len(l.acquires) == 1 && len(l.proofs) > 0 && (op.Outcome == Unknown || op.Outcome == Lost)
}

// effective is the latest time at which an acquire may take effect.
func (b *book) effective(l *lease, op *Op) time.Duration {
	if op.Outcome != Unknown {
		return op.Return
	}
	latest := b.end
	if b.rules.LateBound >= 0 {
		latest = op.Return + b.rules.LateBound
	}
	for _, release := range l.releases {
		if b.concludes(release, op) {
			latest = min(latest, release.Return)
		}
	}
	return latest
}

// concludes reports whether a release is final for an acquire: after it has
// answered, whatever it said, no request that left before takes the lock.
func (b *book) concludes(release, acquire *Op) bool {
	left := acquire.Return
	if acquire.Outcome == Unknown {
		left += b.rules.Orphan
	}
	return (release.Outcome == Released || release.Outcome == Inactive) && release.Call >= left
}

// lastProof is when a lease was last seen, except by op itself; or, where some
// were not told which lease they saw, when the last of these was. It is
// negative if there is none.
func (b *book) lastProof(l *lease, op *Op) time.Duration {
	last := time.Duration(-1)
	for _, proof := range l.proofs {
		if proof != op {
			last = max(last, proof.Return)
		}
	}
	for _, other := range b.ops {
		if other.untold() {
			last = max(last, other.Return)
		}
	}
	return last
}

func firstProof(l *lease) time.Duration {
	first := never
	for _, proof := range l.proofs {
		first = min(first, proof.Return)
	}
	return first
}
