package check

import (
	"slices"
	"time"
)

// A hold is a time during which a lease was certainly held.
type hold struct {
	op       *Op // what told so
	from, to time.Duration
}

// exclusive looks for two leases that were certainly held at once, and for one
// that was told to be acquired while another was.
func (b *book) exclusive() []Violation {
	holds := b.holds()
	found := b.toldInVain(holds)
	for i, first := range holds {
		for _, second := range holds[i+1:] {
			if second.from >= first.to {
				break
			}
			if first.op.Tag != second.op.Tag {
				found = append(found, b.both(first, second))
			}
		}
	}
	return found
}

// printing is how long a line may take from stormlock to whoever reads it.
const printing = 500 * time.Millisecond

// toldInVain is about acquires that were told of success when another lease was
// held already.
func (b *book) toldInVain(holds []hold) (found []Violation) {
	for _, op := range b.ops {
		for _, h := range holds {
			if op.Told != 0 && op.Tag != h.op.Tag && h.from <= op.Told-printing && op.Told < h.to {
				found = append(found, violation("exclusive", []*Op{op, h.op}, "resource %s: %s was told to be acquired at %s, while %s was held",
					b.resource, op.Tag, seconds(op.Told), h.op.Tag))
			}
		}
	}
	return found
}

func (b *book) both(first, second hold) Violation {
	from, to := second.from, min(first.to, second.to)
	return violation("exclusive", []*Op{first.op, second.op}, "resource %s: %s and %s were both held from %s to %s",
		b.resource, first.op.Tag, second.op.Tag, seconds(from), seconds(to))
}

// holds are in the order of their beginnings.
func (b *book) holds() []hold {
	var all []hold
	for _, l := range b.tagged() {
		for _, op := range slices.Concat(l.acquires, l.renewals) {
			if h, ok := b.hold(l, op); ok {
				all = append(all, h)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b hold) int { return int(a.from - b.from) })
	return all
}

// hold is the time for which an acquire or a renewal gave certainty: from when
// it was told until the lease may have ended, or may have been ended.
func (b *book) hold(l *lease, op *Op) (hold, bool) {
	if op.Outcome != Acquired && op.Outcome != Renewed {
		return hold{}, false
	}
	h := hold{op: op, from: op.Return, to: b.rules.earliest(op.Call, b.ttlOf(op))}
	for _, release := range l.releases {
		if release.Outcome != Failed {
			h.to = min(h.to, release.Call)
		}
	}
	for _, other := range slices.Concat(l.acquires, l.renewals) {
		if b.mayDecide(op, other) {
			h.to = min(h.to, b.rules.earliest(other.Call, b.ttlOf(other)))
		}
	}
	return h, h.from < h.to
}

func (b *book) ttlOf(op *Op) time.Duration {
	if op.Kind == Renew {
		return b.ttl(op)
	}
	return op.TTL
}

// mayDecide reports whether the end of the lease after op may be the one that
// other gave it, be it because a repeated acquire found the lease as it stood,
// or because a renewal came in between or late.
func (b *book) mayDecide(op, other *Op) bool {
	switch {
	case other == op || other.refused() || other.Outcome == Failed || other.Outcome == Lost && other.Kind == Renew && !b.pending(other):
		return false
	case other.Kind == Acquire:
		return op.Kind == Acquire && other.Call < op.Return
	case b.pending(other):
		return true
	}
	return other.Return+max(b.rules.LateBound, 0) > op.Call
}
