package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/stormlock/stormlock/internal/ttl"
	"github.com/stormlock/stormlock/internal/waiting"
	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/boottime"
)

// bootNow is the clock of a wait. (A variable for the tests.)
var bootNow = boottime.Now

// faultPause is between two lines about questions without an answer.
const faultPause = time.Minute

// A wait is an acquire of a lock that another holds.
type wait struct {
	*session
	progress

	want sdk.Lease    // each request for it has an id of its own
	got  *acquisition // the one that took the lock
	last error        // the outcome of the last question

	faultTold boottime.Instant // 0: never
}

// acquireWaiting takes the lock as soon as no other holds it, if limit allows for
// waiting. In the place of want's id each request for the lock has one of its own.
// What ends the wait leaves nothing behind: no lock and no note, unless an acquire
// was under way and its outcome is unknown. ctx is that of [globals.withSteps].
func (s *session) acquireWaiting(ctx context.Context, want sdk.Lease, limit waitFlag) (*acquisition, error) {
	a, err := s.acquireOnce(ctx, want)
	held, ok := errors.AsType[*heldByOther](err)
	if !ok || !limit.given() {
		return a, err
	}
	note(held.Error() + "; " + limit.until())
	w := &wait{session: s, want: want, last: held, progress: progress{limit: limit, clock: bootNow}}
	w.heldBy(held)
	return w.run(ctx)
}

// acquireOnce asks for the lock with a fresh id.
func (s *session) acquireOnce(ctx context.Context, want sdk.Lease) (*acquisition, error) {
	want.ID = sdk.NewID()
	a := &acquisition{session: s, want: want}
	return a, s.timed(ctx, a.take)
}

func (w *wait) run(ctx context.Context) (*acquisition, error) {
	unsettle()
	w.begin()
	other, _ := w.holder()
	end := waiting.Wait{Limit: w.limit.limit, Now: w.clock}.Until(ctx, other.TTL, w.ask)
	w.progress.end()
	switch {
	case w.got != nil:
		note(fmt.Sprintf("waited %s for resource %q", ttl.Format(w.waited()), w.want.Resource))
		return w.got, nil
	case errors.Is(end, waiting.ErrOver):
		return nil, w.over()
	case end != nil:
		return nil, errWaitInterrupted
	}
	return nil, w.last
}

var errWaitInterrupted = sdk.Unavailable("interrupted; nothing is held")

// over is the outcome when the time is over.
func (w *wait) over() error {
	waited := "waited " + ttl.Format(w.waited())
	if other, known := w.holder(); known {
		return &exitError{exitHeld, waited + "; " + heldText(other)}
	}
	return sdk.Unavailable("%s, and the last question got no answer: %v", waited, w.last)
}

// ask asks once. It returns how much time the other lease has left, or that there is
// nothing to wait for any more.
func (w *wait) ask(ctx context.Context) (left time.Duration, done bool) {
	w.last = w.question(ctx)
	held, ok := errors.AsType[*heldByOther](w.last)
	switch {
	case ok:
		left = w.goOn(held)
	case passing(w.last) && ctx.Err() == nil:
		left = w.goOnUnheard()
	default:
		return 0, true
	}
	unsettle()
	return left, false
}

// question asks who holds the lock, which writes nothing anywhere, and for the lock
// itself if nobody does.
func (w *wait) question(ctx context.Context) error {
	err := w.timed(ctx, w.look)
	switch {
	case ctx.Err() != nil:
		return errWaitInterrupted
	case exitCode(err) != exitNone:
		return err
	}
	a, err := w.acquireOnce(ctx, w.want)
	if err == nil {
		w.got = a
	}
	return err
}

func (w *wait) look(ctx context.Context) error {
	lease, err := w.now(ctx)
	if err == nil {
		return &heldByOther{lease, w.clock()}
	}
	return err
}

// passing reports whether an error may be over by the next question, and leaves no
// doubt about the lock.
func passing(err error) bool {
	return err != nil && (exitCode(err) == exitUnavailable || errors.Is(err, errStuck))
}

// goOn tells of a holder who was not there before.
func (w *wait) goOn(held *heldByOther) (left time.Duration) {
	changed := w.heldBy(held)
	other, _ := w.holder()
	if changed {
		note(heldText(other))
	}
	return other.TTL
}

// goOnUnheard tells of a fault once, and no more than once a minute if it comes and
// goes.
func (w *wait) goOnUnheard() (left time.Duration) {
	now := w.clock()
	if w.unheard() && (w.faultTold == 0 || time.Duration(now-w.faultTold) >= faultPause) {
		w.faultTold = now
		note(fmt.Sprintf("%v; still waiting", w.last))
	}
	return waiting.Unknown
}
