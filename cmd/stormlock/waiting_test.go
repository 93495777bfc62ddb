package main

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/boottime"
)

// A queue is a backend with one lock, in virtual time, that is free after a while.
type queue struct {
	peer
	t               *testing.T
	free            time.Time
	looks, acquires int
}

// called checks what a call gets: --timeout for itself.
func (q *queue) called(ctx context.Context) {
	deadline, ok := ctx.Deadline()
	if left := time.Until(deadline); !ok || left < leastAttempt || left > defaultTimeout {
		q.t.Errorf("a call has %v, bounded: %t", left, ok)
	}
}

func (q *queue) lease() sdk.Lease {
	return sdk.Lease{Resource: "r", ID: "1", Principal: "ben@ops", TTL: time.Until(q.free)}
}

func (q *queue) Current(ctx context.Context, _ string) (sdk.Lease, error) {
	q.called(ctx)
	q.looks++
	if q.lease().TTL <= 0 {
		return sdk.Lease{}, sdk.ErrNotHeld
	}
	return q.lease(), nil
}

func (q *queue) Acquire(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
	q.called(ctx)
	q.acquires++
	if q.lease().TTL > 0 {
		return sdk.Lease{}, &sdk.HeldError{Lease: q.lease()}
	}
	return want, nil
}

// TestWaitOfHours: a wait can take longer than --timeout, which each request gets
// anew; the lock is asked for twice, and looked at all the time.
func TestWaitOfHours(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	defer func(was func() boottime.Instant) { bootNow = was }(bootNow)
	defer unsettle()
	said := toldWhile(t, func() {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			bootNow = func() boottime.Instant { return boottime.Instant(time.Since(start)) }
			q := &queue{t: t, free: start.Add(6 * time.Hour)}
			s := &session{time: defaultTimeout, link: &link{start: func(context.Context) (peer, func(time.Duration) bool, error) {
				return q, func(time.Duration) bool { return true }, nil
			}}}
			defer s.book.close()
			want := sdk.Lease{Resource: "r", Principal: "ana@ops", TTL: time.Minute}
			a, err := s.acquireWaiting(t.Context(), want, waitFlag{endless: true})
			if err != nil || a.got.ID == "" || a.got.ID == want.ID {
				t.Fatalf("got %+v, %v", a, err)
			}
			if late := time.Since(q.free); late < 0 || late > 3*time.Second {
				t.Errorf("the lock is taken %v after it was free", late)
			}
			if often := 6 * 60 * 60 / 5; q.acquires != 2 || q.looks < often*9/10 || q.looks > often*11/10 {
				t.Errorf("%d looks, %d acquires", q.looks, q.acquires)
			}
		})
	})
	if lines := strings.Count(said, "\n"); lines < 6*60 || lines > 6*60+3 || !strings.Contains(said, "stormlock: waited 6h") {
		t.Errorf("%d lines: %q …", lines, said[:min(len(said), 1000)])
	}
}
