// Package keep keeps a lease while a task runs under it, and ends the task before
// a lease that cannot be renewed is over.
//
// A lease of length TTL is renewed every third of it. If that does not succeed
// until a fifth of the TTL is left, the lease can no longer be counted on: the
// task is asked to end, which leaves it at least a sixth of the TTL, and killed
// before the lease is over. If the store says that the lease is gone, the task is
// asked to end at once.
//
// All of it goes by the clock that runs on while the machine sleeps (see
// [boottime]), which is looked at once a second at least: timers stand still
// meanwhile.
package keep

import (
	"context"
	"errors"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/boottime"
)

// A Lease lasts for TTL from when it was asked for, at the least: by the store's
// clock it cannot have begun before.
type Lease struct {
	TTL   time.Duration
	Asked boottime.Instant
}

// after is the moment at which a part of the TTL has passed.
func (l Lease) after(part time.Duration) boottime.Instant {
	return l.Asked + boottime.Instant(part)
}

func (l Lease) renewal() boottime.Instant { return l.after(l.TTL / 3) }

// doubt is when the lease can no longer be counted on.
func (l Lease) doubt() boottime.Instant { return l.after(l.TTL - l.TTL/5) }

// Terminate is when a task has to be asked to end at the latest, by whoever is
// left to do so.
func (l Lease) Terminate() boottime.Instant { return l.after(l.TTL - l.TTL/6) }

// Kill is when a task has to be killed at the latest.
func (l Lease) Kill() boottime.Instant { return l.after(l.TTL - min(l.TTL/12, longestMargin)) }

const (
	// longestMargin lies between the end of a task and that of its lease.
	longestMargin = 5 * time.Second
	// longestGrace is what a task gets to end by itself once the store has said
	// that the lease is gone.
	longestGrace = 10 * time.Second
	// tick is how often the clock is looked at, at least.
	tick = time.Second
	// killTime is how long a killed task may take to be gone.
	killTime = 10 * time.Second
)

// A Task is what runs under the lease.
type Task interface {
	Done() <-chan struct{} // closed when it has ended
	Terminate()            // asks it to end
	Kill()                 // ends it
}

// A Keeper keeps leases. Its functions are called one at a time.
type Keeper struct {
	// Renew renews the lease. [sdk.ErrNotHeld] says that it is gone; after
	// another error it is asked again. It heeds its context.
	Renew func(context.Context) (Lease, error)
	// Limits is told until when the task may run, each time that this changes:
	// when it has to be asked to end, 0 if it was asked already, and when it has
	// to be killed. Whoever is told can see to it if this process cannot.
	Limits func(terminate, kill boottime.Instant)
	// Trouble is told of an attempt to renew that failed, and how much time is
	// left before the task is asked to end.
	Trouble func(err error, left time.Duration)
	// Now is the clock, boottime.Now unless it is set.
	Now func() boottime.Instant
}

// A LostError says that the lease could no longer be counted on, so that the task
// was ended.
type LostError struct {
	Gone   bool  // the store said so
	Reason error // why the lease could not be renewed; nil if nobody answered in time
}

func (e *LostError) Error() string {
	switch {
	case e.Gone:
		return "the lease is gone"
	case e.Reason == nil:
		return "the lease was not renewed in time"
	}
	return "the lease was not renewed in time: " + e.Reason.Error()
}

func (e *LostError) Unwrap() error { return e.Reason }

// Keep renews the lease until the task has ended. The error is nil then, or a
// [*LostError] if the task had to be ended, of which lost is told first.
func (k Keeper) Keep(lease Lease, task Task, lost func(*LostError)) error {
	if k.Now == nil {
		k.Now = boottime.Now
	}
	r := renewals{Keeper: k, lease: lease, next: lease.renewal()}
	k.Limits(lease.Terminate(), lease.Kill())
	why := r.until(task.Done())
	if why == nil {
		return nil
	}
	lost(why)
	if !ended(task) {
		k.end(task, r.lastMoment(why))
	}
	return why
}

// renewals keep a lease.
type renewals struct {
	Keeper
	lease   Lease
	next    boottime.Instant // when to renew
	reason  error            // why the last attempt failed
	pending <-chan renewed   // nil unless an attempt is under way
	cancel  context.CancelFunc
}

type renewed struct {
	lease Lease
	err   error
}

// until renews until done is closed, or the lease is not to be counted on.
func (r *renewals) until(done <-chan struct{}) *LostError {
	defer r.settle()
	for {
		select {
		case <-done:
			return r.stood()
		case result := <-r.pending:
			r.pending = nil
			r.cancel()
			if errors.Is(result.err, sdk.ErrNotHeld) {
				return &LostError{Gone: true}
			}
			r.heard(result)
		case <-time.After(r.pause()):
		}
		now := r.Now()
		if now >= r.lease.doubt() {
			return &LostError{Reason: r.reason}
		}
		if r.pending == nil && now >= r.next {
			r.begin(time.Duration(r.lease.doubt() - now))
		}
	}
}

// stood is about a task that has ended: nobody can tell when, if this process was
// stopped for so long that others saw to it.
func (r *renewals) stood() *LostError {
	if r.Now() < r.lease.Terminate() {
		return nil
	}
	return &LostError{Reason: r.reason}
}

// pause is the time until there is something to do.
func (r *renewals) pause() time.Duration {
	next := r.lease.doubt()
	if r.pending == nil {
		next = min(next, r.next)
	}
	return min(max(time.Duration(next-r.Now()), 0), tick)
}

// begin makes an attempt that takes no longer than left.
func (r *renewals) begin(left time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), left)
	result := make(chan renewed, 1)
	r.pending, r.cancel = result, cancel
	go func() {
		lease, err := r.Renew(ctx)
		result <- renewed{lease, err}
	}()
}

// heard takes notice of an answer.
func (r *renewals) heard(result renewed) {
	if r.reason = result.err; r.reason != nil {
		now := r.Now()
		r.next = now + boottime.Instant(min(r.lease.TTL/12, longestMargin))
		r.Trouble(r.reason, time.Duration(max(r.lease.doubt()-now, 0)))
		return
	}
	r.lease, r.next = result.lease, result.lease.renewal()
	r.Limits(r.lease.Terminate(), r.lease.Kill())
}

// settle ends an attempt that is under way.
func (r *renewals) settle() {
	if r.pending != nil {
		r.cancel()
		<-r.pending
	}
}

// lastMoment is when the task has to be gone.
func (r *renewals) lastMoment(why *LostError) boottime.Instant {
	if why.Gone {
		return r.Now() + boottime.Instant(min(r.lease.TTL/6, longestGrace))
	}
	return r.lease.Kill()
}

func ended(task Task) bool {
	select {
	case <-task.Done():
		return true
	default:
		return false
	}
}

// end asks the task to end and kills it at the last moment.
func (k Keeper) end(task Task, last boottime.Instant) {
	if k.Now() < last {
		k.Limits(0, last)
		task.Terminate()
	}
	for now := k.Now(); now < last; now = k.Now() {
		select {
		case <-task.Done():
			return
		case <-time.After(min(time.Duration(last-now), tick)):
		}
	}
	task.Kill()
	select {
	case <-task.Done():
	case <-time.After(killTime):
	}
}
