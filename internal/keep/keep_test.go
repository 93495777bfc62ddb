package keep

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/boottime"
)

const ttl = time.Hour

// A world is a store with one lease, a task, and a machine that can sleep. Its
// time is virtual.
type world struct {
	begun time.Time
	slept atomic.Int64 // nanoseconds while timers stood still

	store   func(ctx context.Context, n int) error // the n-th renewal
	asked   []time.Duration                        // when, since the beginning
	limits  []boottime.Instant                     // pairs
	trouble int

	sleepAt  time.Duration // when the machine is suspended, if it is,
	sleepFor time.Duration // and for how long
	woke     time.Duration

	endsAsleep bool // the task ends meanwhile

	done       chan struct{}
	stubborn   bool // does not end when it is asked to
	terminated time.Duration
	killed     time.Duration
}

func (w *world) now() boottime.Instant {
	return boottime.Instant(int64(time.Since(w.begun)) + w.slept.Load())
}

func (w *world) since() time.Duration { return time.Duration(w.now()) }

// sleep suspends the machine.
func (w *world) sleep() {
	w.slept.Store(int64(w.sleepFor))
	w.woke = w.since()
	if w.endsAsleep {
		close(w.done)
	}
}

func (w *world) Done() <-chan struct{} { return w.done }

func (w *world) Terminate() {
	w.terminated = w.since()
	if !w.stubborn {
		close(w.done)
	}
}

func (w *world) Kill() {
	w.killed = w.since()
	close(w.done)
}

func (w *world) renew(ctx context.Context) (Lease, error) {
	asked := w.now()
	w.asked = append(w.asked, time.Duration(asked))
	if w.store != nil {
		if err := w.store(ctx, len(w.asked)); err != nil {
			return Lease{}, err
		}
	}
	return Lease{TTL: ttl, Asked: asked}, nil
}

// keep keeps the lease in virtual time, until the task ends by itself after a
// while, if it does.
func keep(t *testing.T, w *world, after time.Duration) (err error) {
	synctest.Test(t, func(*testing.T) {
		w.begun, w.done = time.Now(), make(chan struct{})
		k := Keeper{Renew: w.renew, Now: w.now, Trouble: func(error, time.Duration) { w.trouble++ }, Limits: func(terminate, kill boottime.Instant) {
			w.limits = append(w.limits, terminate, kill)
		}}
		if after > 0 {
			time.AfterFunc(after, func() { close(w.done) })
		}
		if w.sleepAt > 0 {
			time.AfterFunc(w.sleepAt, w.sleep)
		}
		err = k.Keep(Lease{TTL: ttl}, w, func(*LostError) {
			if w.terminated != 0 || w.killed != 0 {
				t.Error("the task was ended before anybody was told")
			}
		})
	})
	return err
}

// lost checks that the task was ended because of a lost lease.
func lost(t *testing.T, err error, gone bool) *LostError {
	t.Helper()
	why, ok := errors.AsType[*LostError](err)
	if !ok || why.Gone != gone {
		t.Fatalf("got %v, want that the lease is lost, gone: %t", err, gone)
	}
	return why
}

func down(context.Context, int) error { return sdk.Unavailable("no answer") }

func hang(ctx context.Context, _ int) error {
	<-ctx.Done()
	return ctx.Err()
}

// about reports whether a moment is at most a second after another.
func about(got, want time.Duration) bool { return got >= want && got <= want+time.Second }

func TestRenewsEveryThird(t *testing.T) {
	w := &world{}
	if err := keep(t, w, 10*ttl); err != nil {
		t.Fatal(err)
	}
	for i, at := range w.asked {
		if want := time.Duration(i+1) * ttl / 3; !about(at, want) {
			t.Errorf("renewal %d at %s, want %s", i, at, want)
		}
	}
	if len(w.asked) < 28 || w.terminated != 0 || w.killed != 0 || w.trouble != 0 {
		t.Errorf("%d renewals; the task was terminated at %s, killed at %s; trouble %d times", len(w.asked), w.terminated, w.killed, w.trouble)
	}
}

func TestEndsWithTheTask(t *testing.T) {
	w := &world{}
	if err := keep(t, w, time.Minute); err != nil || w.asked != nil {
		t.Errorf("got %v, renewals at %v", err, w.asked)
	}
}

// TestEndsDuringARenewal: the attempt is given up and waited for.
func TestEndsDuringARenewal(t *testing.T) {
	ended := false
	w := &world{store: func(ctx context.Context, n int) error {
		err := hang(ctx, n)
		ended = true
		return err
	}}
	if err := keep(t, w, ttl/2); err != nil || !ended {
		t.Errorf("got %v; the attempt has ended: %t", err, ended)
	}
}

// TestTerminatesInTime: a store that is down or does not answer.
func TestTerminatesInTime(t *testing.T) {
	for name, store := range map[string]func(context.Context, int) error{"down": down, "hanging": hang} {
		t.Run(name, func(t *testing.T) {
			w := &world{store: store}
			lost(t, keep(t, w, 0), false)
			if left := ttl - w.terminated; left < ttl/6 || left > ttl/4 || w.killed != 0 {
				t.Errorf("terminated with %s left, killed at %s", left, w.killed)
			}
		})
	}
}

func TestKillsInTime(t *testing.T) {
	w := &world{store: down, stubborn: true}
	lost(t, keep(t, w, 0), false)
	if left := ttl - w.killed; left < time.Second || left > ttl/12 || w.terminated == 0 {
		t.Errorf("killed with %s left, terminated at %s", left, w.terminated)
	}
}

// TestFaultsThatPass: renewing is tried again until it works.
func TestFaultsThatPass(t *testing.T) {
	w := &world{store: func(_ context.Context, n int) error {
		if n%50 != 0 {
			return sdk.Unavailable("no answer")
		}
		return nil
	}}
	if err := keep(t, w, 5*ttl); err != nil {
		t.Fatal(err)
	}
	if w.trouble == 0 || w.terminated != 0 {
		t.Errorf("trouble %d times, terminated at %s", w.trouble, w.terminated)
	}
}

// TestGone: the store says so, and the task is asked to end at once.
func TestGone(t *testing.T) {
	for _, stubborn := range []bool{false, true} {
		w := &world{stubborn: stubborn, store: func(context.Context, int) error { return sdk.ErrNotHeld }}
		lost(t, keep(t, w, 0), true)
		if !about(w.terminated, ttl/3) || stubborn != (w.killed > 0) || w.killed > w.terminated+longestGrace {
			t.Errorf("stubborn %t: terminated at %s, killed at %s", stubborn, w.terminated, w.killed)
		}
	}
}

// TestSleepBeyondTheLease: a machine that wakes up after the end of the lease
// kills at once, for others may hold it.
func TestSleepBeyondTheLease(t *testing.T) {
	w := &world{stubborn: true, sleepAt: ttl / 6, sleepFor: ttl}
	lost(t, keep(t, w, 0), false)
	if !about(w.killed, w.woke) || w.terminated != 0 {
		t.Errorf("woke up at %s, killed at %s, terminated at %s", w.woke, w.killed, w.terminated)
	}
}

// TestSleepWithinTheLease: after it the lease is renewed, within a second.
func TestSleepWithinTheLease(t *testing.T) {
	w := &world{sleepAt: ttl / 6, sleepFor: ttl / 2}
	if err := keep(t, w, ttl); err != nil || len(w.asked) == 0 || !about(w.asked[0], w.woke) {
		t.Errorf("woke up at %s, renewed at %v, %v", w.woke, w.asked, err)
	}
}

// TestAnswerThatCameLate: a renewal that was granted, but so long ago that the
// lease is about to end, is worth nothing.
func TestAnswerThatCameLate(t *testing.T) {
	w := &world{}
	w.store = func(context.Context, int) error {
		w.slept.Store(int64(ttl * 11 / 12))
		return nil
	}
	lost(t, keep(t, w, 0), false)
	if len(w.asked) != 1 {
		t.Errorf("renewed at %v", w.asked)
	}
}

// TestStoppedUntilTheTaskWasEnded: what was stopped meanwhile finds that somebody
// else had to end the task.
func TestStoppedUntilTheTaskWasEnded(t *testing.T) {
	w := &world{sleepAt: ttl / 6, sleepFor: ttl, endsAsleep: true}
	lost(t, keep(t, w, 0), false)
	if w.terminated != 0 {
		t.Errorf("terminated at %s", w.terminated)
	}
}

// TestLimits: whoever guards the task learns of each renewal, and that it was
// asked to end.
func TestLimits(t *testing.T) {
	w := &world{stubborn: true, store: func(_ context.Context, n int) error {
		if n == 1 {
			return nil
		}
		return sdk.Unavailable("no answer")
	}}
	lost(t, keep(t, w, 0), false)
	first, second := Lease{TTL: ttl}, Lease{TTL: ttl, Asked: boottime.Instant(w.asked[0])}
	want := []boottime.Instant{first.Terminate(), first.Kill(), second.Terminate(), second.Kill(), 0, second.Kill()}
	if !slices.Equal(w.limits, want) {
		t.Errorf("got %v, want %v", w.limits, want)
	}
}

// TestOrder: whatever the TTL, a task is asked to end while at least a sixth of it
// is left, and killed before the lease is over.
func TestOrder(t *testing.T) {
	for _, d := range []time.Duration{time.Second, 2 * time.Second, time.Minute, time.Hour, sdk.MaxTTL} {
		l := Lease{TTL: d}
		moments := []boottime.Instant{0, l.renewal(), l.doubt(), l.Terminate(), l.Kill(), boottime.Instant(d)}
		if !slices.IsSorted(moments) || len(slices.Compact(moments)) != 6 || time.Duration(l.Terminate()) > d-d/6 {
			t.Errorf("TTL %s: %v", d, moments)
		}
	}
}
