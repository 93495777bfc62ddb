package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// leastAttempt is what an attempt gets at least, if there is that much left.
const leastAttempt = 2 * time.Second

// Pauses between attempts double from the first to the longest.
const (
	firstPause   = 50 * time.Millisecond
	longestPause = time.Second
)

// An inquiry repeats one request until its answer is definite. Every request
// that changes a lock can be repeated: the lease id is the same in each.
type inquiry struct {
	doubt  bool  // an earlier attempt may have been carried out, or may yet be
	reason error // why there is doubt: the last reason worth telling
}

// A doubtError says why the outcome is unknown. It matches none of the errors
// that make an outcome certain: what is certain of one attempt, as that its
// plugin did not start, proves nothing about those before it.
type doubtError struct{ reason error }

func (e *doubtError) Error() string { return e.reason.Error() }

// pursue makes attempts until one has a definite answer or ctx ends; the error
// is a [*doubtError] then. A fault by which certainly nothing was written ends
// it only while there is no doubt about an earlier attempt.
func (q *inquiry) pursue(ctx context.Context, attempt func(context.Context) error) error {
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		cut, err := bounded(ctx, attempt)
		if answered(err) || certain(err) && !q.doubt {
			return err
		}
		q.remember(cut, err)
		wait := jittered(pause)
		say("without a definite answer; asking again in %s, for at most %s", short(wait), timeLeft(ctx))
		if !rest(ctx, wait) {
			return &doubtError{q.reason}
		}
	}
}

// remember keeps an attempt's fault. That of one that was cut short, as the last
// is, tells less than the one before.
func (q *inquiry) remember(cut bool, err error) {
	q.doubt = true
	if q.reason == nil || !cut {
		q.reason = err
	}
}

// bounded gives an attempt a third of the time left, so that one that hangs
// leaves time for others, and reports whether that cut it short.
func bounded(ctx context.Context, attempt func(context.Context) error) (cut bool, err error) {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, max(leastAttempt, time.Until(deadline)/3))
		defer cancel()
	}
	err = attempt(ctx)
	return ctx.Err() != nil, err
}

// rest waits. It reports whether there is time for another attempt.
func rest(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

// jittered is half of a pause and a random part of the other half, so that
// operators who failed together do not repeat together.
func jittered(pause time.Duration) time.Duration { return pause/2 + rand.N(pause/2) }

// answered reports whether err is the store's own answer, and so definite.
func answered(err error) bool {
	return err == nil || errors.Is(err, sdk.ErrHeld) || errors.Is(err, sdk.ErrNotHeld)
}
