package dynamodb

import (
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// A sight is what a consistent read showed, and when by the store's clock.
type sight struct {
	resource string
	now      time.Time
	item     item
	counter  item // of its fence; empty if it is not there, or was not looked at
}

// lock returns the lock that was seen; found tells whether there was anything.
func (b *backend) lock(s sight) (l lock, found bool, err error) {
	if len(s.item) == 0 {
		return lock{}, false, nil
	}
	l, flaw := s.item.lock(s.resource)
	if flaw != "" {
		return lock{}, false, sdk.Refused(`item %q of %s is not a lock (%s); nothing was changed; choose another resource or another "table"`,
			s.resource, b.where(), flaw)
	}
	return l, true, nil
}

// current returns the lock that holds.
func (b *backend) current(s sight) (lock, error) {
	l, found, err := b.lock(s)
	if err == nil && (!found || !l.current(s.now)) {
		err = sdk.ErrNotHeld
	}
	l.TTL = l.left(s.now)
	return l, err
}

// owned returns the lock that holds, if it is the lease with an id.
func (b *backend) owned(s sight, id string) (lock, error) {
	l, err := b.current(s)
	if err == nil && !sdk.SameID(l.ID, id) {
		err = sdk.ErrNotHeld
	}
	return l, err
}
