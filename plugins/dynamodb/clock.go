package dynamodb

import "time"

// The store's clock is the Date of its answers, in whole seconds that have
// been cut off: it is at least that time, and less than a second more.
//
// A lease must not end before its TTL is over, so the end is counted from the
// second after the one that was read. And the machines that answer for
// DynamoDB need not agree to the second: a lease that has ended is left alone
// for a while yet, though it is no longer current. Only an acquire with its own
// id is not kept out by it.

const (
	tick  = time.Second
	grace = 2 * time.Second
)

// end returns the Unix second at which a lease ends that is granted or renewed
// for ttl when the store's clock shows now.
func end(now time.Time, ttl time.Duration) int64 {
	return now.Add(tick + ttl).Unix()
}

// current reports whether a lock holds when the store's clock shows now.
func (l lock) current(now time.Time) bool { return now.Before(l.ends) }

// free reports whether another may take the lock's place.
func (l lock) free(now time.Time) bool { return !now.Before(l.ends.Add(grace)) }

// left is what is left of a lock's time, as near as the clock can tell. In the
// last second it is not zero: that would mean that the lock is over.
func (l lock) left(now time.Time) time.Duration {
	return max(l.ends.Sub(now)-tick, tick)
}

// waits is how long a lock keeps others out still.
func (l lock) waits(now time.Time) time.Duration {
	if l.current(now) {
		return l.left(now)
	}
	return l.ends.Add(grace).Sub(now)
}
