package check

import "time"

// A simRun is one command: attempts until one is answered or time is up, as
// stormlock makes them.
type simRun struct {
	*simClient
	lease    simLease
	op       Op
	doubt    bool // an earlier attempt may have done it
	givingUp bool // another holds it; what came of our earlier attempts is ended
	number   int  // of the attempt; answers to earlier ones are not waited for
}

// try makes an attempt. The network may lose the request, hold it back or
// double it, or lose the answer; or the client is killed.
func (r *simRun) try() {
	r.number++
	number, request := r.number, r.request()
	delay, back := r.upTo(40*ms), r.upTo(40*ms)
	if r.faulty() && r.chance(20) {
		delay, back = r.upTo(1200*ms), r.upTo(1200*ms)
	}
	answer := func() {
		a := request(number != r.number)
		r.after(back, func() { r.answered(number, a) })
	}
	copied := func() { request(true) }
	switch fate := r.rand.IntN(100); {
	case !r.faulty() || fate < 55:
		r.after(delay, answer)
	case fate < 65: // doubled
		r.after(delay, answer)
		r.after(delay+r.upTo(3*time.Second), copied)
	case fate < 75: // answer lost
		r.after(delay, copied)
	case fate < 90: // held back
		r.after(r.upTo(3*time.Second), copied)
	}
	r.after(simAttempt, func() { r.unanswered(number) })
	if r.faulty() && r.chance(3) {
		r.after(r.upTo(100*ms), func() { r.ended(number, Unknown) })
	}
}

// request returns what the store is asked, to be asked once or more often. One
// that was answered is spent.
func (r *simRun) request() func(late bool) answer {
	c, op, sent, seen := r.cell(r.op.Resource), r.op, r.now, r.cell(r.op.Resource).count
	deadline := r.now + r.rules.LateBound // a client may be killed as soon as it has asked
	kind := op.Kind
	if r.givingUp {
		kind = Release
	}
	judged, spent := c.ends, r.rules.LateBound < 0 && c.tag == op.Tag
	return func(late bool) answer {
		a := answer{sent: sent}
		if late && kind != Acquire && r.tooLate(c, kind, judged, deadline) {
			return a
		}
		c.expire()
		switch kind {
		case Acquire:
			void := late && (spent || c.count != seen || r.rules.LateBound >= 0 && r.now > deadline)
			a.outcome, a.seen, a.left = c.acquire(op.Tag, op.TTL, void)
			spent = true
		case Renew:
			a.outcome, a.left = c.renew(op.Tag, op.TTL, sent)
		case Release:
			a.outcome = c.release(op.Tag)
		default:
			a.outcome, a.seen, a.left, a.fence, a.created = c.current()
		}
		return a
	}
}

// tooLate reports whether a renewal or a release does nothing any more: where
// there is a deadline, after that, and where a write is guarded by what was seen,
// after anything has changed.
func (r *simRun) tooLate(c *cell, kind Kind, judged, deadline time.Duration) bool {
	if r.rules.LateBound >= 0 {
		return r.now > deadline
	}
	return kind == Renew && r.rules.RenewRevives && c.ends != judged
}

type answer struct {
	sent    time.Duration
	outcome Outcome
	seen    string
	left    time.Duration
	fence   uint64
	created time.Duration
}

func (r *simRun) unanswered(number int) {
	switch {
	case number != r.number:
	case r.op.Kind == Current || r.op.Kind == IsHeld:
		r.ended(number, Failed)
	case r.now-r.op.Call > simTimeout:
		r.ended(number, Unknown)
	default:
		r.doubt = true
		r.number++
		r.after(r.upTo(100*ms), r.try)
	}
}

func (r *simRun) answered(number int, a answer) {
	late := r.now-a.sent >= a.left
	switch {
	case number != r.number:
	case r.givingUp:
		r.ended(number, Held)
	case r.op.Kind == Acquire:
		r.acquireAnswered(number, a, late)
	case r.op.Kind == Renew:
		if late {
			a.outcome = Lost
		}
		r.op.Retried = a.outcome == Lost && r.doubt
		r.ended(number, a.outcome)
	case r.op.Kind == Release && a.outcome == Inactive && r.doubt:
		r.op.Retried = true
		r.ended(number, Released)
	case r.op.Kind == IsHeld || r.op.Kind == Current:
		r.questionAnswered(number, a, late)
	default:
		r.ended(number, a.outcome)
	}
}

func (r *simRun) acquireAnswered(number int, a answer, late bool) {
	switch {
	case a.outcome == Held && r.doubt:
		r.op.Seen, r.givingUp = a.seen, true
		r.try()
	case a.outcome == Acquired && late:
		r.ended(number, Lost)
	default:
		r.op.Seen = a.seen
		if a.outcome == Acquired {
			r.op.Told = r.now
		}
		r.ended(number, a.outcome)
	}
}

func (r *simRun) questionAnswered(number int, a answer, late bool) {
	if a.outcome != Held || late || r.op.Kind == IsHeld && a.seen != r.op.Tag {
		r.ended(number, None)
		return
	}
	r.op.Seen = a.seen
	if r.op.Kind == Current {
		r.op.Fence, r.op.Left, r.op.Created = a.fence, a.left, simStart.Add(a.created)
	}
	r.ended(number, Held)
}

// ended writes the command down.
func (r *simRun) ended(number int, outcome Outcome) {
	if number != r.number {
		return
	}
	r.number = -1
	r.op.Outcome, r.op.Return = outcome, r.now
	if outcome == Unknown || outcome == Failed {
		r.op.Seen = ""
	}
	r.ops = append(r.ops, r.op)
	r.lease.givenUp = r.lease.givenUp || r.givingUp || r.op.Kind == Release
	r.learn(r.op, r.lease)
	r.after(r.upTo(300*ms), r.next)
}
