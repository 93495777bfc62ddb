package local

import (
	"context"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// A clock is a machine's clock that a test sets.
type clock struct{ now time.Time }

func (c *clock) set(b *backend) { b.file.wall = func() time.Time { return c.now } }

// clocked returns a backend, its clock, and a lease of a minute taken on it.
func clocked(t *testing.T) (*backend, *clock, sdk.Lease) {
	b, c := newBackend(t), &clock{time.Now()}
	c.set(b)
	return b, c, acquire(t, b, wanted("r"))
}

func TestExpiry(t *testing.T) {
	b, c, lease := clocked(t)
	c.now = c.now.Add(time.Minute - 1)
	if got, err := b.Current(context.Background(), "r"); err != nil || got.TTL != 1 {
		t.Fatalf("one nanosecond before its end: %v, %v", got, err)
	}
	c.now = c.now.Add(1)
	_, err := b.Renew(context.Background(), lease)
	wantError(t, err, sdk.ErrNotHeld)
	acquire(t, b, wanted("r"))
}

// Each method that can say that a lease has ended must make it stay ended when
// the clock is then set back, for another process too.
func TestClockStepBackCannotReviveALease(t *testing.T) {
	each(t, func(t *testing.T, call func(context.Context, *backend) error) {
		b, c, lease := clocked(t)
		start := c.now
		c.now = start.Add(time.Hour)
		if call(context.Background(), b) == nil {
			return // did not tell anybody that a lease has ended
		}
		c.now = start
		other := openAt(t, b.file.path)
		c.set(other)
		_, err := other.Renew(context.Background(), lease)
		wantError(t, err, sdk.ErrNotHeld)
		_, err = other.Current(context.Background(), "r")
		wantError(t, err, sdk.ErrNotHeld)
	})
}

// The end of one lease is told, then the clock is set back: another lease that
// had ended by then must not come back either.
func TestClockRemembersTheLatestDecision(t *testing.T) {
	b, c, lease := clocked(t)
	start := c.now
	c.now = start.Add(time.Hour)
	acquire(t, b, wanted("another"))
	c.now = start
	_, err := b.Renew(context.Background(), lease)
	wantError(t, err, sdk.ErrNotHeld)
	for listed := range b.List(context.Background(), "r") {
		t.Errorf("list shows %v, which has ended", listed)
	}
}

func TestClockStepBackDoesNotLengthenALease(t *testing.T) {
	b, c, _ := clocked(t)
	c.now = c.now.Add(-time.Hour)
	if got, err := b.Current(context.Background(), "r"); err != nil || got.TTL != time.Minute {
		t.Fatalf("after a step back: %v, %v; want a TTL of a minute", got, err)
	}
}
