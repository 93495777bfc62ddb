package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/stormlock/stormlock/internal/ttl"
	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/boottime"
)

// errInterrupted stands for an answer that nobody waited for.
var errInterrupted = errors.New("interrupted twice")

// rollBackTime bounds the attempt to give back what an interrupted acquire may
// have taken. The tests have more of it: some machines take two seconds to start
// a backend while they are busy.
var rollBackTime = 2 * time.Second

// An acquisition is one acquire on its way to a definite outcome.
type acquisition struct {
	*session
	want   sdk.Lease
	repeat bool   // the id was given: the lease may have been there for long
	entry  *entry // in the record

	got       sdk.Lease
	sent      boottime.Instant // when the attempt left that was answered with got
	calledOff bool             // a release of it was begun
}

// leaseOfAttempt is what an attempt asks for: the same in each.
var leaseOfAttempt = func(want sdk.Lease) sdk.Lease { return want }

// take takes the lock: then got is the lease, as it stood at sent. If another
// holds it, the error is a [*heldByOther].
func (a *acquisition) take(ctx context.Context) error {
	if err := a.announce(ctx); err != nil {
		return err
	}
	var q inquiry
	err := q.pursue(ctx, a.attempt)
	switch {
	case err == nil:
		a.entry.held(a.got.ID, a.got.TTL-elapsed(a.sent))
		noteTTL(a.want.TTL, a.got.TTL)
		return nil
	case errors.Is(err, sdk.ErrHeld):
		return a.held(ctx, q.doubt || a.repeat, err)
	case certain(err):
		a.entry.putBack()
		return err
	}
	return a.unsettled(ctx, err)
}

// announce notes what is about to be asked for, once the backend is ready. From
// then on the outcome is unknown until there is an answer.
func (a *acquisition) announce(ctx context.Context) error {
	if err := a.link.open(ctx); err != nil && !a.provesNothing(err) {
		return err
	}
	a.entry = a.asking(a.want, a.repeat)
	if a.entry.beingReleased() {
		_, giveUp := settling(a.self, a.want)
		return usage(fmt.Sprintf("lease %s of resource %q is being released, which may still take effect and would end it again; to settle that, run: %s",
			a.want.ID, a.want.Resource, giveUp))
	}
	settle(a.unknown(errInterrupted))
	return nil
}

func (a *acquisition) attempt(ctx context.Context) error {
	err := a.link.ask(ctx, func(ctx context.Context, backend sdk.Backend) (err error) {
		a.sent = boottime.Now()
		a.got, err = backend.Acquire(ctx, leaseOfAttempt(a.want))
		return err
	})
	if a.provesNothing(err) {
		return &doubtError{err}
	}
	return err
}

// provesNothing reports whether an error says of a repeat alone that nothing was
// written: what it repeats may hold the lock all the same.
func (a *acquisition) provesNothing(err error) bool {
	return a.repeat && err != nil && exitCode(err) == exitUnavailable
}

// report prints the lease id, unless the lease may have ended.
func (a *acquisition) report() error {
	if err := a.late(); err != nil {
		return err
	}
	if err := a.printGranted(a.got, a.sent); err != nil {
		return &exitError{exitInternal, fmt.Sprintf("resource %q is acquired, but printing the lease id failed: %v; the lease id is %s", a.want.Resource, err, a.got.ID)}
	}
	return nil
}

// late is an error if the answer is so old that the lease may have ended. It is
// looked at last: the process may have been stopped for hours just before.
func (a *acquisition) late() error {
	if elapsed(a.sent) < a.got.TTL {
		return nil
	}
	return &exitError{exitLost, fmt.Sprintf("resource %q was acquired, but the answer took so long that lease %s may have ended", a.want.Resource, a.got.ID)}
}

// A heldByOther says who holds the resource. It matches [sdk.ErrHeld], and so is
// exit 2.
type heldByOther struct {
	lease sdk.Lease
	at    boottime.Instant // when it had its TTL still
}

func (e *heldByOther) Error() string { return heldText(e.lease) }
func (e *heldByOther) Unwrap() error { return sdk.ErrHeld }

// held says who holds the resource. If an earlier request may still be on its
// way, it is called off first: it would take the lock as soon as the holder
// releases it, and nobody would know.
func (a *acquisition) held(ctx context.Context, doubt bool, err error) error {
	held, ok := errors.AsType[*sdk.HeldError](err)
	if !ok {
		return err
	}
	other := &heldByOther{held.Lease, a.sent}
	if doubt {
		if err := a.callOff(ctx); !answered(err) {
			return a.unsettled(ctx, fmt.Errorf("%v; and to call off what was sent got no answer: %w", other, err))
		}
	}
	a.entry.remove()
	return other
}

// callOff releases the lease id. Either answer to that is final: no request
// that was sent with it takes the lock any more. There is no way back from it: a
// release without an answer could end a lease that was acquired after it.
func (a *acquisition) callOff(ctx context.Context) error {
	a.calledOff = true
	a.entry.releasing()
	q := inquiry{doubt: true}
	return q.pursue(ctx, a.link.releasing(a.want))
}

// unsettled says that the outcome is unknown. A fresh lease whose acquire was
// interrupted is given back instead; one that may have been there before is not
// ours to end.
func (a *acquisition) unsettled(ctx context.Context, err error) error {
	if a.repeat || !errors.Is(ctx.Err(), context.Canceled) {
		return a.unknown(err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollBackTime)
	defer cancel()
	outcome := a.callOff(ctx)
	if !answered(outcome) {
		return a.unknown(err)
	}
	a.entry.remove()
	if outcome == nil {
		return sdk.Unavailable("interrupted; resource %q had been acquired and was released again", a.want.Resource)
	}
	return sdk.Unavailable("interrupted; nothing is held")
}

func (a *acquisition) unknown(err error) *exitError {
	repeat, giveUp := settling(a.self, a.want)
	if a.calledOff {
		return &exitError{exitUnknown, fmt.Sprintf(
			"outcome unknown: resource %q may or may not be acquired with lease id %s, which is being given up: %v; to settle it, run: %s",
			a.want.Resource, a.want.ID, err, giveUp)}
	}
	return &exitError{exitUnknown, fmt.Sprintf(
		"outcome unknown: resource %q may or may not be acquired with lease id %s: %v; to settle it, run: %s; or give it up: %s",
		a.want.Resource, a.want.ID, err, repeat, giveUp)}
}

// settling returns the commands that settle an acquire whose outcome is
// unknown: one repeats it, the other gives it up.
func settling(self string, want sdk.Lease) (repeat, giveUp string) {
	resource := resourceArgument(want.Resource)
	repeat = fmt.Sprintf("%s acquire --lease-id %s -t %s", self, want.ID, ttl.Format(want.TTL))
	if want.Reason != "" {
		repeat += " -m " + shellQuote(want.Reason)
	}
	return repeat + " " + resource, fmt.Sprintf("%s release %s %s", self, resource, want.ID)
}
