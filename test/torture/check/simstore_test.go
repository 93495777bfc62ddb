package check

import "time"

// A flaw is how a lock is broken; each in a way that real ones were.
type flaw string

const (
	noExclusion      flaw = "no exclusion"
	renewWithoutID   flaw = "renew without id"
	releaseWithoutID flaw = "release without id"
	renewRevives     flaw = "renew revives"
	lostExpiry       flaw = "lost expiry"
	earlyExpiry      flaw = "early expiry"
	lateTakes        flaw = "late or doubled acquire"
	fenceInversion   flaw = "fence inversion"
	twoFences        flaw = "two fences"
	heldThoughTaken  flaw = "held told though taken"
	releaseNothing   flaw = "release told but not done"
	staleRead        flaw = "stale read"
)

// A cell is the lock of one resource.
type cell struct {
	*sim
	tag      string
	ttl      time.Duration
	ends     time.Duration // by the store's clock, as it tells
	created  time.Duration
	fence    uint64
	count    int // of grants and releases
	last     string
	previous *cell // what a stale read shows
}

// expire ends a lease whose time is up.
func (c *cell) expire() {
	if c.tag == "" || c.now < c.ends || c.flaw == lostExpiry {
		return
	}
	c.remember()
	c.last, c.tag = c.tag, ""
}

func (c *cell) remember() {
	before := *c
	c.previous = &before
}

// ending is when a lease ends that is granted or renewed now.
func (c *cell) ending(ttl time.Duration) time.Duration {
	switch {
	case c.flaw == earlyExpiry:
		return c.now + ttl/2
	case c.rules.Lingers:
		return c.now.Truncate(time.Second) + time.Second + ttl
	}
	return c.now + ttl + c.upTo(c.rules.Slack+1) - 1
}

// lingering reports whether an ended lease still keeps others out.
func (c *cell) lingering() bool {
	return c.rules.Lingers && c.tag == "" && c.last != "" && c.now < c.ends+2*time.Second
}

func (c *cell) acquire(tag string, ttl time.Duration, void bool) (Outcome, string, time.Duration) {
	switch {
	case c.tag == tag:
		return Acquired, "", c.ends - c.now
	case c.lingering() && c.last != tag:
		return Held, c.last, 0
	case c.tag != "" && (c.flaw != noExclusion || c.chance(80)):
		return Held, c.tag, 0
	case void && c.flaw != lateTakes:
		return Unknown, "", 0
	}
	before := c.last
	c.grant(tag, ttl)
	if c.flaw == heldThoughTaken && c.chance(20) && before != "" {
		return Held, before, 0
	}
	return Acquired, "", ttl
}

func (c *cell) grant(tag string, ttl time.Duration) {
	c.remember()
	c.count++
	c.tag, c.ttl, c.created, c.ends = tag, ttl, c.now, c.ending(ttl)
	c.fence += 3
	if c.flaw == fenceInversion && c.chance(20) {
		c.fence -= 5
	}
}

// sent matters only where a renewal is judged when it is sent, and comes late.
func (c *cell) renew(tag string, ttl, sent time.Duration) (Outcome, time.Duration) {
	if c.rules.FixedTTL {
		ttl = c.ttl
	}
	revivable := c.tag == "" && c.last == tag && (c.flaw == renewRevives || c.rules.RenewRevives && c.ends > sent)
	if c.tag != tag && !revivable && (c.flaw != renewWithoutID || c.tag == "") {
		return Lost, time.Hour
	}
	if revivable {
		c.tag = tag
	}
	c.ends = c.ending(ttl)
	return Renewed, ttl
}

func (c *cell) release(tag string) Outcome {
	c.count++
	if c.tag != tag && (c.flaw != releaseWithoutID || c.tag == "") {
		return Inactive
	}
	if c.flaw != releaseNothing || c.chance(80) {
		c.remember()
		c.tag, c.last = "", ""
	}
	return Released
}

func (c *cell) current() (Outcome, string, time.Duration, uint64, time.Duration) {
	shown := c
	if c.flaw == staleRead && c.previous != nil && c.chance(10) {
		shown = c.previous
	}
	if shown.tag == "" {
		return None, "", 0, 0, 0
	}
	fence := shown.fence
	if c.flaw == twoFences && c.chance(20) {
		fence++
	}
	return Held, shown.tag, max(shown.ends-c.now, ms), fence, shown.created
}
