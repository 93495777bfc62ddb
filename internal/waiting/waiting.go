// Package waiting says when somebody who waits for a lock asks for it again.
//
// There is no queue: whoever asks first after the lock became free takes it. So that
// nobody starves, the pauses do not grow; with growing ones the chance of asking
// first would be the smaller the longer one has waited. So that many do not ask at
// once, each pause is drawn anew.
package waiting

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/stormlock/stormlock/sdk/boottime"
)

// Least is the time between two questions at least, and what a pause is slept in:
// timers stand still while the machine sleeps.
const Least = time.Second

// Pauses, unless the other lease is to end before. Their mean bounds how many
// questions a store gets: one in five seconds for each who waits.
const (
	shortest = 2500 * time.Millisecond
	longest  = 7500 * time.Millisecond
)

// spread is how far those who wait for the end of one lease are apart.
const spread = 2 * time.Second

// Unknown is the time left on a lease of which nothing is known.
const Unknown = time.Duration(1<<63 - 1)

// Pause is how long to wait before the next question, if so much time is left on
// the lease that the last one found.
func Pause(left time.Duration) time.Duration {
	pause := shortest + rand.N(longest-shortest)
	if left < pause {
		pause = min(pause, max(left, Least)+rand.N(spread))
	}
	return pause
}

// ErrOver is the end of a wait whose time is over.
var ErrOver = errors.New("the time to wait is over")

// A Wait is made of questions, and of pauses between them.
type Wait struct {
	Limit time.Duration           // 0 for none
	Now   func() boottime.Instant // the machine's sleep counts
}

// Until asks again and again, for the first time after a pause. Each question
// returns the time that is left on the lease that is waited for, or that it was the
// last. The error is that of ctx, or ErrOver when the time is over; the last
// question is asked then.
func (w Wait) Until(ctx context.Context, left time.Duration, ask func(context.Context) (left time.Duration, done bool)) error {
	begun := w.Now()
	for {
		pause, last := Pause(left), false
		if remaining := w.Limit - time.Duration(w.Now()-begun); w.Limit != 0 && remaining <= pause {
			pause, last = max(remaining, Least), true
		}
		if err := w.sleep(ctx, pause); err != nil {
			return err
		}
		var done bool
		if left, done = ask(ctx); done {
			return nil
		}
		if last {
			return ErrOver
		}
	}
}

// sleep waits for a pause of any clock: if the machine slept meanwhile, it is over.
func (w Wait) sleep(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for end := w.Now() + boottime.Instant(pause); ; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		}
		rest := time.Duration(end - w.Now())
		if rest <= 0 {
			return ctx.Err()
		}
		timer.Reset(min(rest, Least))
	}
}
