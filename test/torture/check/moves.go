package check

import "time"

// moves returns what the commands may have done to the resource, in as few
// and as narrow steps as the answers allow: each step that may also have done
// nothing, and each that may come at any later time, multiplies the orders that
// have to be tried.
//
//   - A command that certainly did nothing is left out.
//   - So is an acquire without an answer whose lease nobody ever saw: leaving
//     a lock free contradicts nobody. One that was seen came before it was.
//   - A release or a renewal without an answer is no step. It moves the time
//     from which its lease may be, or at which it must be, over.
func (b *book) moves() []move {
	var all []move
	for _, op := range b.ops {
		if verb, ok := verbs[op.Kind][op.Outcome]; ok && !b.tooSlow(op) {
			all = append(all, b.move(op, verb))
		}
		switch op.Kind {
		case Acquire:
			all = append(all, b.silent(op)...)
		case Renew:
			all = append(all, b.revivals(op)...)
		}
	}
	return all
}

// verbs are the steps of the commands that were answered.
var verbs = map[Kind]map[Outcome]verb{
	Acquire: {Acquired: takes, Held: barred},
	Renew:   {Renewed: extends, Lost: misses},
	Release: {Released: ends, Inactive: misses},
	Current: {Held: sees, None: seesNobody},
	IsHeld:  {Held: sees, None: missesLate},
}

func (b *book) move(op *Op, verb verb) move {
	v := move{op: op, verb: verb, tag: op.Tag, ttl: op.TTL, call: op.Call, ret: op.Return}
	switch {
	case op.Outcome == Released && op.Retried:
		v.verb = mayEnd
	case op.Kind == Current:
		v.tag = op.Seen
	}
	return v
}

// revivals is what a renewal without an answer can do to an ended lease.
func (b *book) revivals(op *Op) []move {
	last := b.lastProof(b.lease(op.Tag), op)
	if !b.rules.RenewRevives || !b.pending(op) || last < op.Call {
		return nil
	}
	v := b.move(op, mayExtend)
	v.ret = last
	return []move{v}
}

// limits are what the model has to know of the ends of leases.
func (b *book) limits() map[string]limits {
	all := map[string]limits{}
	for _, l := range b.tagged() {
		all[l.tag] = limits{soonest: b.soonest(l), final: b.final(l), pending: b.extensions(l)}
	}
	return all
}

func (b *book) soonest(l *lease) time.Duration {
	soonest := never
	for _, op := range l.releases {
		if op.Outcome == Unknown || op.Retried {
			soonest = min(soonest, op.Call)
		}
	}
	for _, op := range l.renewals {
		if b.pending(op) && !b.rules.FixedTTL {
			soonest = min(soonest, b.rules.earliest(op.Call, op.TTL))
		}
	}
	return soonest
}

// final is when a lease must be over that its acquires were told not to have
// got. It may have been held until then: an earlier attempt of the same command
// took it, and the command gave it up before it said so.
func (b *book) final(l *lease) time.Duration {
	if len(l.acquires) == 0 || l.granted() {
		return never
	}
	var final time.Duration
	for _, op := range l.acquires {
		final = max(final, op.Return)
	}
	if b.rules.Lingers {
		final += b.rules.Slack
	}
	return final
}

// extensions are the renewals that may come without an answer; or after it, if
// that was to a later attempt.
func (b *book) extensions(l *lease) []*Op {
	var all []*Op
	for _, op := range l.renewals {
		if b.pending(op) || op.Outcome == Renewed {
			all = append(all, op)
		}
	}
	return all
}
