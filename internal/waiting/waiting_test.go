package waiting

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stormlock/stormlock/sdk/boottime"
)

// A clock is that of a machine in virtual time, which can sleep.
type clock struct {
	start time.Time
	slept atomic.Int64
}

func newClock() *clock { return &clock{start: time.Now()} }

func (c *clock) now() boottime.Instant {
	return boottime.Instant(time.Since(c.start)) + boottime.Instant(c.slept.Load())
}

const many = 10_000

// TestPause: between which bounds a pause lies for the time that is left, and that
// pauses differ.
func TestPause(t *testing.T) {
	for _, test := range []struct {
		name           string
		left, min, max time.Duration
	}{
		{"far from the end", time.Hour, shortest, longest},
		{"nothing is known", Unknown, shortest, longest},
		{"the end is near", 2 * time.Second, 2 * time.Second, 2*time.Second + spread},
		{"it has ended", 0, Least, Least + spread},
		{"it ended long ago", -time.Hour, Least, Least + spread},
		{"it ends before a usual pause", 6 * time.Second, shortest, longest},
	} {
		t.Run(test.name, func(t *testing.T) {
			seen := map[time.Duration]bool{}
			for range many {
				pause := Pause(test.left)
				if pause < test.min || pause > test.max {
					t.Fatalf("pause %v, want %v to %v", pause, test.min, test.max)
				}
				seen[pause] = true
			}
			if len(seen) < many/2 {
				t.Errorf("%d different pauses of %d", len(seen), many)
			}
		})
	}
}

// TestEndIsFoundSoon: whenever a lease ends, the next question comes within three
// seconds.
func TestEndIsFoundSoon(t *testing.T) {
	for range many {
		end := rand.N(time.Minute)
		now := time.Duration(0)
		for now < end {
			now += Pause(end - now)
		}
		if late := now - end; late > Least+spread {
			t.Fatalf("a lease that ends after %v is found to have %v later", end, late)
		}
	}
}

// asked runs a wait whose questions find so much time left each, and returns when
// they were asked.
func asked(ctx context.Context, c *clock, limit, left time.Duration) (at []time.Duration, err error) {
	err = Wait{Limit: limit, Now: c.now}.Until(ctx, left, func(context.Context) (time.Duration, bool) {
		at = append(at, time.Duration(c.now()))
		return left, false
	})
	return at, err
}

// TestNeverMoreThanOnceASecond, however soon the other lease ends.
func TestNeverMoreThanOnceASecond(t *testing.T) {
	for _, left := range []time.Duration{-time.Minute, 0, time.Millisecond, time.Second, time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			at, err := asked(t.Context(), newClock(), 10*time.Minute, left)
			if !errors.Is(err, ErrOver) || len(at) < 60 {
				t.Fatalf("error %v after %d questions", err, len(at))
			}
			before := time.Duration(0)
			for _, now := range at {
				if now-before < Least {
					t.Errorf("asked at %v and %v, %v left", before, now, left)
				}
				before = now
			}
		})
	}
}

// TestLastQuestion is asked when the time is over, and not much later.
func TestLastQuestion(t *testing.T) {
	for _, limit := range []time.Duration{time.Second, 2 * time.Second, time.Minute, time.Minute + 1} {
		for range 100 {
			synctest.Test(t, func(t *testing.T) {
				at, err := asked(t.Context(), newClock(), limit, time.Hour)
				if !errors.Is(err, ErrOver) || len(at) == 0 {
					t.Fatalf("error %v, questions at %v", err, at)
				}
				if last := at[len(at)-1]; last < limit || last > limit+Least {
					t.Errorf("the last question is asked at %v of %v", last, limit)
				}
			})
		}
	}
}

// TestWithoutLimit, and that an answer can be the last.
func TestWithoutLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, n := newClock(), 0
		err := Wait{Now: c.now}.Until(t.Context(), time.Hour, func(context.Context) (time.Duration, bool) {
			n++
			return time.Hour, n == 20_000
		})
		if passed := time.Duration(c.now()); err != nil || passed < 24*time.Hour {
			t.Errorf("error %v after %v", err, passed)
		}
	})
}

// TestInterruptEndsAPause at once.
func TestInterruptEndsAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		c := newClock()
		at, err := asked(ctx, c, time.Hour, time.Hour)
		if passed := time.Duration(c.now()); !errors.Is(err, context.DeadlineExceeded) || len(at) != 0 || passed != 1500*time.Millisecond {
			t.Errorf("error %v after %v, questions at %v", err, passed, at)
		}
	})
}

// TestSleepOfTheMachineCounts: the timers stood still, the other lease did not.
func TestSleepOfTheMachineCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClock()
		time.AfterFunc(2*time.Second, func() { c.slept.Store(int64(time.Hour)) })
		start := time.Now()
		at, err := asked(t.Context(), c, 30*time.Minute, Unknown)
		if awake := time.Since(start); !errors.Is(err, ErrOver) || awake > 5*time.Second {
			t.Errorf("error %v after %v awake, questions at %v", err, awake, at)
		}
	})
}

// TestSleepDuringAPause: the question is asked soon after the machine woke up.
func TestSleepDuringAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClock()
		time.AfterFunc(time.Second, func() { c.slept.Store(int64(time.Minute)) })
		start := time.Now()
		_ = Wait{Now: c.now}.Until(t.Context(), time.Hour, func(context.Context) (time.Duration, bool) { return 0, true })
		if awake := time.Since(start); awake > 2100*time.Millisecond {
			t.Errorf("the first question comes after %v awake", awake)
		}
	})
}
