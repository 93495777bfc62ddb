package check

import (
	"cmp"
	"time"
)

// Rules are what a store may do that others may not.
type Rules struct {
	// Slack is how much later than its TTL a store may end a lease.
	Slack time.Duration
	// Early is how much earlier than its TTL a lease may be seen as over.
	Early time.Duration
	// Restarts says that the store may start TTLs anew at any time, as etcd
	// does at an election: then no lease ever has to be over.
	Restarts bool
	// LateBound is how long after the end of a command its requests may still
	// take effect, if it was not told that they did, or was killed. Negative:
	// without bound.
	LateBound time.Duration
	// Orphan is how long a backend's process may go on after a client was
	// killed: so much later must a release begin to be final for its acquire.
	Orphan time.Duration
	// RenewRevives says that a renewal which comes late may revive a lease
	// that has ended, if nobody took the lock since (DynamoDB).
	RenewRevives bool
	// Lingers says that a lease which is over still keeps others out, until
	// Slack has passed (DynamoDB).
	Lingers bool
	// FixedTTL says that a renewal does not change the TTL (etcd).
	FixedTTL bool
	// Fences says that every lease has a fence.
	Fences bool
	// Clock says that Op.Created is by the same clock as History.Start.
	Clock bool
	// Timeout is how long one resource may be thought about; 30 s if zero.
	Timeout time.Duration
}

func (r Rules) timeout() time.Duration { return cmp.Or(r.Timeout, 30*time.Second) }

// earliest is when a lease may be over that was granted or renewed at a moment.
func (r Rules) earliest(at, ttl time.Duration) time.Duration { return at + ttl - r.Early }

// latest is when it must be over.
func (r Rules) latest(at, ttl time.Duration) time.Duration { return at + ttl + r.Slack }

// Check returns what a history shows to be wrong: nothing, if a correct lock
// could have given these answers.
func Check(h History, r Rules) []Violation {
	var found []Violation
	for _, ops := range byResource(h) {
		b := newBook(ops, r)
		found = append(found, b.exclusive()...)
		found = append(found, b.linearizable()...)
		found = append(found, b.fences()...)
		found = append(found, b.told(h.Start)...)
	}
	return found
}
