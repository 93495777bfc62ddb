package check

import "time"

// effect returns what may be after a move from a state in which the lease, if
// there is one, holds.
func (m model) effect(s state, v move) []state {
	switch v.verb {
	case takes:
		return m.take(s, v)
	case mayTake:
		return append(m.take(s, v), s)
	case barred:
		return unless(!m.bars(s, v), s)
	case extends:
		return m.extend(s, v)
	case mayExtend:
		return append(m.extend(s, v), s)
	case ends:
		return unless(!s.holds(v.tag), state{})
	case mayEnd:
		return []state{s.without(v.tag)}
	case misses, missesLate:
		return unless(s.holds(v.tag), s)
	case sees:
		return unless(!s.held() || v.tag != "" && s.tag != v.tag, s)
	case seesNobody:
		return unless(s.held(), s)
	}
	panic("unknown verb")
}

func unless(impossible bool, s state) []state {
	if impossible {
		return nil
	}
	return []state{s}
}

func (s state) holds(tag string) bool { return s.held() && s.tag == tag }

func (s state) without(tag string) state {
	if s.holds(tag) {
		return state{}
	}
	return s
}

// take grants the lease if nobody holds the resource; if it is its holder's
// already, it is left as it is.
func (m model) take(s state, v move) []state {
	switch {
	case !s.held():
		return []state{m.granted(v, v.ttl, v.unsure())}
	case s.tag == v.tag:
		s.loose = s.loose && v.unsure()
		return []state{s}
	}
	return nil
}

// unsure reports whether the client that asked was not told that it has the
// lease. Then stormlock itself may end it again.
func (v move) unsure() bool { return v.op.Outcome == Unknown || v.op.refused() }

func (m model) granted(v move, ttl time.Duration, loose bool) state {
	return state{
		tag: v.tag, ttl: ttl, loose: loose,
		earliest: m.rules.earliest(v.call, ttl),
		latest:   m.rules.latest(v.ret, ttl),
	}
}

// extend renews the lease of its holder.
func (m model) extend(s state, v move) []state {
	if !s.holds(v.tag) && !m.revivable(s, v) {
		return nil
	}
	return []state{m.granted(v, m.ttl(s, v.ttl), s.loose && v.verb == mayExtend)}
}

// revivable reports whether a lease that has ended can be revived: a renewal
// that began while it lasted came late, and nobody took the lock since.
func (m model) revivable(s state, v move) bool {
	return m.rules.RenewRevives && s.over && s.tag == v.tag && v.call <= m.latest(s)
}

// bars reports whether an acquire is told that another lease holds.
func (m model) bars(s state, v move) bool {
	saw := v.op.sees()
	if s.tag == v.tag || saw != "" && saw != s.tag {
		return false
	}
	return s.held() || s.over && m.rules.Lingers && v.call <= m.latest(s)
}

// hurried is about questions that took long. An answer counts from when it was
// asked for: a lease that will have ended by then is told to be none, though
// it lasts for as long again as the question took.
func (m model) hurried(s state, v move) []state {
	took := v.op.took()
	soon := v.ret + took
	if took >= time.Second || m.rules.Lingers { // what is left may be in whole seconds
		soon += m.rules.Slack
	}
	if !s.held() || m.mustBeOver(s, v) || v.tag != "" && s.tag != v.tag || !m.mayEndBetween(s, v.call, soon) {
		return nil
	}
	s.latest = min(s.latest, soon)
	return []state{s}
}

// mayEndBetween reports whether the time of a lease may be up between two
// moments, be it as it was granted or as a renewal without an answer left it.
func (m model) mayEndBetween(s state, from, to time.Duration) bool {
	if s.earliest <= to && (from <= s.latest || m.rules.Restarts) {
		return true
	}
	for _, p := range m.limits[s.tag].pending {
		if m.rules.earliest(p.Call, m.ttl(s, p.TTL)) <= to {
			return true
		}
	}
	return false
}
