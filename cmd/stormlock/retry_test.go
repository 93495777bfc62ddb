package main

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stormlock/stormlock/internal/pluginhost"
	"github.com/stormlock/stormlock/sdk"
)

var (
	errDied = errors.New("the backend died")
	errDown = sdk.Unavailable("connection refused")
)

// pursued runs an inquiry, in virtual time, whose attempts end with these
// errors, the last of them again and again.
func pursued(q *inquiry, timeout time.Duration, errs ...error) (attempts int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	err = q.pursue(ctx, func(context.Context) error {
		attempts++
		return errs[min(attempts, len(errs))-1]
	})
	return attempts, err
}

// TestPursue: which answers end an inquiry, and what its end is worth.
func TestPursue(t *testing.T) {
	held := &sdk.HeldError{}
	start := &pluginhost.StartError{Path: "p", Reason: "it is not there"}
	tests := map[string]struct {
		doubt    bool // from before
		errs     []error
		attempts int // 0: many
		want     error
		certain  bool
		doubtful bool // afterwards
	}{
		"an answer":                      {false, []error{nil}, 1, nil, false, false},
		"a refusal":                      {false, []error{held}, 1, held, true, false},
		"a certain fault":                {false, []error{errDown}, 1, errDown, true, false},
		"a repeat":                       {false, []error{errDied, nil}, 2, nil, false, true},
		"a repeat that is refused":       {false, []error{errDied, held}, 2, held, true, true},
		"a repeat that finds nothing":    {false, []error{errDied, sdk.ErrNotHeld}, 2, sdk.ErrNotHeld, true, true},
		"a certain fault after doubt":    {false, []error{errDied, errDown, nil}, 3, nil, false, true},
		"no plugin any more":             {false, []error{errDied, start}, 0, nil, false, true},
		"no answer":                      {false, []error{errDied}, 0, nil, false, true},
		"certain faults in the end":      {false, []error{errDied, errDown}, 0, nil, false, true},
		"a certain fault, doubt before":  {true, []error{errDown, nil}, 2, nil, false, true},
		"certain faults, doubt before":   {true, []error{errDown}, 0, nil, false, true},
		"an answer, doubt before":        {true, []error{sdk.ErrNotHeld}, 1, sdk.ErrNotHeld, true, true},
		"a bad configuration afterwards": {false, []error{errDied, &sdk.ConfigError{}}, 0, nil, false, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := inquiry{doubt: test.doubt}
				attempts, err := pursued(&q, time.Minute, test.errs...)
				endless := test.attempts == 0
				switch {
				case endless && attempts < 60, !endless && attempts != test.attempts:
					t.Errorf("%d attempts", attempts)
				case endless && (err == nil || err.Error() != test.errs[len(test.errs)-1].Error()):
					t.Errorf("error %v, want the text of the last", err)
				case !endless && !errors.Is(err, test.want):
					t.Errorf("error %v, want %v", err, test.want)
				}
				if certain(err) != test.certain || q.doubt != test.doubtful {
					t.Errorf("certain: %t, doubt: %t", certain(err), q.doubt)
				}
			})
		})
	}
}

// TestPursueEndsInTime, and the pauses grow to a second.
func TestPursueEndsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		attempts, _ := pursued(&inquiry{}, 30*time.Second, errDied)
		if took := time.Since(start); took != 30*time.Second {
			t.Errorf("it took %v", took)
		}
		if attempts < 30 || attempts > 70 {
			t.Errorf("%d attempts in 30 s", attempts)
		}
	})
}

// TestAttemptsThatHang: each gets a third of what is left, but no less than two
// seconds, if there are.
func TestAttemptsThatHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		var got []time.Duration
		q := inquiry{}
		err := q.pursue(ctx, func(ctx context.Context) error {
			began := time.Now()
			<-ctx.Done()
			got = append(got, time.Since(began).Round(time.Second))
			return ctx.Err()
		})
		want := []time.Duration{10, 7, 4, 3, 2, 2}
		for i := range want {
			want[i] *= time.Second
		}
		if len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
			t.Errorf("attempts took %v", got)
		}
		if certain(err) {
			t.Errorf("error %v is certain", err)
		}
	})
}

// TestReasonWorthTelling: an attempt that was cut short, by the end of the time
// or of its own share of it, tells less than the one before.
func TestReasonWorthTelling(t *testing.T) {
	for _, timeout := range []time.Duration{time.Second, time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), timeout)
			defer cancel()
			q, first := inquiry{}, true
			err := q.pursue(ctx, func(ctx context.Context) error {
				if first {
					first = false
					return errDied
				}
				<-ctx.Done()
				return ctx.Err()
			})
			if err.Error() != errDied.Error() {
				t.Errorf("error %v after %s", err, timeout)
			}
		})
	}
}

// TestInterruptEndsThePause, and the attempts.
func TestInterruptEndsThePause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		q, attempts := inquiry{}, 0
		err := q.pursue(ctx, func(context.Context) error {
			attempts++
			cancel()
			return errDied
		})
		if attempts != 1 || certain(err) {
			t.Errorf("%d attempts, error %v", attempts, err)
		}
	})
}
