package check

import (
	"hash/maphash"
	"math"
	"time"
)

// A state is who holds a resource, as far as the answers tell. The end of the
// lease is a window, for nobody was told when the store granted it.
//
// A lease ends by itself. That is no step of its own: each step may, or must,
// take a lease for over, by the time at which its command ran.
type state struct {
	tag      string // of the lease; empty if nobody holds it
	over     bool   // the lease was seen to be over; kept only where that still matters
	loose    bool   // its client was never told that it has it, and may be giving it up
	ttl      time.Duration
	earliest time.Duration // when it may be over
	latest   time.Duration // when it must be over, unless a renewal without an answer came
}

// held reports whether the resource has a holder.
func (s state) held() bool { return s.tag != "" && !s.over }

// A verb is what a command did to a resource, or saw of it.
type verb int

const (
	takes      verb = iota // the lease was granted, or was there
	mayTake                // the same, or nothing at all
	barred                 // another lease keeps this one out
	extends                // the lease was renewed
	mayExtend              // the same, or nothing at all
	ends                   // the lease was ended
	mayEnd                 // the same, or it was not there
	misses                 // the lease is not the current one
	missesLate             // the same, or will soon not be
	sees                   // the lease is the current one; any, if the tag is empty
	seesNobody             // there is no lease, or soon will be none
)

// A move is one step of a resource's history.
type move struct {
	op        *Op
	verb      verb
	tag       string
	ttl       time.Duration
	call, ret time.Duration // within which it happened
}

// A model says what a correct lock may do.
type model struct {
	rules  Rules
	limits map[string]limits
}

// limits are what is known of the end of a lease apart from its grants.
type limits struct {
	soonest time.Duration // it may be over from then on: by a release or a renewal that nobody confirmed
	final   time.Duration // it must be over after that, whatever its TTL: its acquire was told that it got nothing
	pending []*Op         // renewals that may come at any time, once
}

const never = time.Duration(math.MaxInt64)

// step returns what may be after a move; nothing, if it cannot be.
func (m model) step(s state, v move) []state {
	var next []state
	for _, now := range m.at(s, v) {
		next = append(next, m.effect(now, v)...)
	}
	if v.verb == missesLate || v.verb == seesNobody {
		next = append(next, m.hurried(s, v)...)
	}
	return next
}

// at returns what a state may have become by the time of a move.
func (m model) at(s state, v move) []state {
	if !s.held() {
		return []state{s}
	}
	var all []state
	if !m.mustBeOver(s, v) {
		all = append(all, s)
	}
	if m.mayBeOver(s, v) {
		all = append(all, m.ended(s))
	}
	return all
}

// ended is a state after its lease has ended by itself.
func (m model) ended(s state) state {
	if !m.rules.RenewRevives && !m.rules.Lingers {
		return state{}
	}
	s.over = true
	return s
}

func (m model) mayBeOver(s state, v move) bool {
	return s.loose || v.ret >= min(s.earliest, m.limits[s.tag].soonest) || m.mustBeOver(s, v)
}

func (m model) mustBeOver(s state, v move) bool {
	return v.call > m.latest(s)
}

// latest is when a lease must be over, if each renewal that nobody knows of came
// at the last moment.
func (m model) latest(s state) time.Duration {
	l := m.limits[s.tag]
	if m.rules.Restarts {
		return l.final
	}
	latest := s.latest
	for _, p := range l.pending {
		if p.Call <= latest {
			latest = m.prolonged(latest, p, m.ttl(s, p.TTL))
		}
	}
	return min(latest, l.final)
}

// prolonged is when a lease must be over after a renewal without an answer,
// which may have been several attempts.
func (m model) prolonged(latest time.Duration, p *Op, ttl time.Duration) time.Duration {
	bound := m.rules.latest(p.Return+max(m.rules.LateBound, 0), ttl)
	latest = max(latest, bound)
	if m.rules.LateBound < 0 {
		latest += (1 + maxAgain) * (ttl + m.rules.Slack)
	}
	return latest
}

// ttl is what a renewal for asked makes of a lease.
func (m model) ttl(s state, asked time.Duration) time.Duration {
	if m.rules.FixedTTL {
		return s.ttl
	}
	return asked
}

// hash must be the same for equal states.
func (s state) hash() uint64 { return maphash.Comparable(seed, s) }

var seed = maphash.MakeSeed()
