package check

import (
	"maps"
	"slices"
	"time"
)

// A book holds what was told about one resource.
type book struct {
	resource string
	rules    Rules
	ops      []*Op // by their calls
	leases   map[string]*lease
	end      time.Duration // of the history
}

// A lease is what was told about one of them. It may have been granted more
// than once: again after its end, by a repeated acquire.
type lease struct {
	tag      string
	acquires []*Op
	renewals []*Op
	releases []*Op
	proofs   []*Op // what shows that it was granted
}

func byResource(h History) [][]*Op {
	ops := map[string][]*Op{}
	for i := range h.Ops {
		op := &h.Ops[i]
		ops[op.Resource] = append(ops[op.Resource], op)
	}
	var all [][]*Op
	for _, resource := range slices.Sorted(maps.Keys(ops)) {
		all = append(all, ops[resource])
	}
	return all
}

func newBook(ops []*Op, r Rules) *book {
	slices.SortStableFunc(ops, func(a, b *Op) int { return int(a.Call - b.Call) })
	b := &book{resource: ops[0].Resource, rules: r, ops: ops, leases: map[string]*lease{}}
	for _, op := range ops {
		b.end = max(b.end, op.Return)
		b.enter(op)
	}
	return b
}

func (b *book) enter(op *Op) {
	l := b.lease(op.Tag)
	switch op.Kind {
	case Acquire:
		l.acquires = append(l.acquires, op)
	case Renew:
		l.renewals = append(l.renewals, op)
	case Release:
		l.releases = append(l.releases, op)
	}
	if tag := op.proves(); tag != "" {
		l := b.lease(tag)
		l.proofs = append(l.proofs, op)
	}
}

func (b *book) lease(tag string) *lease {
	l, ok := b.leases[tag]
	if !ok {
		l = &lease{tag: tag}
		b.leases[tag] = l
	}
	return l
}

// tagged are the leases in the order of their names, for reports that do not
// change from run to run.
func (b *book) tagged() []*lease {
	var all []*lease
	for _, tag := range slices.Sorted(maps.Keys(b.leases)) {
		if tag != "" {
			all = append(all, b.leases[tag])
		}
	}
	return all
}

// shortest is the least TTL that the lease may have been granted for.
func (l *lease) shortest() time.Duration {
	var least time.Duration
	for i, op := range l.acquires {
		if i == 0 || op.TTL < least {
			least = op.TTL
		}
	}
	return least
}

// granted reports whether an acquire may have granted the lease: one of those
// that were not refused.
func (l *lease) granted() bool {
	return slices.ContainsFunc(l.acquires, func(op *Op) bool { return !op.refused() })
}

// ttl is what a renewal may make of the lease's TTL.
func (b *book) ttl(renewal *Op) time.Duration {
	if b.rules.FixedTTL {
		return b.lease(renewal.Tag).shortest()
	}
	return renewal.TTL
}

// pending reports whether nobody knows if a renewal came, or when: it had no
// answer, an earlier attempt of it may come yet, or it was told that the lease
// is lost only because the answer took longer than the lease lasts.
func (b *book) pending(op *Op) bool {
	return op.Outcome == Unknown || op.Retried || b.tooSlow(op)
}

func (b *book) tooSlow(op *Op) bool {
	return op.Kind == Renew && op.Outcome == Lost && op.took() >= b.ttl(op)-b.rules.Early
}
