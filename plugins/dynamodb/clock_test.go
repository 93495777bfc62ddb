package dynamodb

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// offsets are by how much an operator's clock may be off.
var offsets = []time.Duration{10 * time.Minute, -10 * time.Minute, 2 * time.Hour, -2 * time.Hour}

// shifted makes the store's clock differ from ours. The Date of its answers is
// all that can be seen of that clock: no condition reads it.
func shifted(by time.Duration) func(*exchange) {
	return func(x *exchange) { x.passAt(time.Now().Add(by)) }
}

// strict refuses, besides, what is not signed within five minutes of the
// store's time. DynamoDB does, and DynamoDB Local does not.
func strict(by time.Duration) func(*exchange) {
	return func(x *exchange) {
		now := time.Now().Add(by)
		signed, err := time.Parse(amzDate, x.r.Header.Get("X-Amz-Date"))
		if err != nil || now.Sub(signed).Abs() > 5*time.Minute {
			x.signatureExpired(now)
			return
		}
		x.passAt(now)
	}
}

// One operator's clock is off, and another's is right. To the second, the front
// says the same time and does not mind how requests are signed.
//
// The table has no time to live: it goes by the real clock of DynamoDB Local,
// which would sweep away a lock of a time that is over for it.
func TestOperatorsClocksThatAreOff(t *testing.T) {
	t.Parallel()
	for _, off := range offsets {
		t.Run(off.String(), func(t *testing.T) {
			t.Parallel()
			c := account(t)
			offFront, offConfig := before(t, c, strict(off))
			_, rightConfig := before(t, c, shifted(off))
			unswept(t, c)
			right, wrong := openAt(t, rightConfig), openAt(t, offConfig)

			brief := want("deploy")
			brief.TTL = 3 * time.Second
			lease := acquire(t, wrong, brief)
			granted := time.Now()
			if got := offFront.asked(); len(got) != 3 {
				t.Errorf("acquire took %q; want a read, refused and repeated, and a write", got)
			}
			if behind := time.Since(lease.Created.Add(-off)); behind < -time.Second || behind > 5*time.Second {
				t.Errorf("created %s, which is not the store's time", lease.Created)
			}
			isHeld(t, right, "deploy", lease)
			if got := acquire(t, wrong, brief); got.Fence != lease.Fence {
				t.Errorf("repeat: %+v", got)
			}
			if got := offFront.asked(); len(got) != 1 {
				t.Errorf("the repeat took %q; want the clock to be known", got)
			}
			next := takeOver(t, right, "deploy", granted.Add(brief.TTL))
			isHeld(t, wrong, "deploy", next)
			isKind(t, "release by the first", wrong.Release(testContext(t), lease), sdk.ErrNotHeld)
			if _, err := openAt(t, offConfig).Renew(testContext(t), next); err != nil {
				t.Errorf("renew: %v", err)
			}
			if err := openAt(t, offConfig).Release(testContext(t), next); err != nil {
				t.Errorf("release: %v", err)
			}
		})
	}
}

func isHeld(t *testing.T, b *backend, resource string, lease sdk.Lease) {
	t.Helper()
	_, err := b.Acquire(testContext(t), want(resource))
	held, ok := errors.AsType[*sdk.HeldError](err)
	if !ok || held.Lease.ID != lease.ID || !held.Lease.Created.Equal(lease.Created) {
		t.Errorf("acquire: %v; want it to be held", err)
	}
	if got, err := b.Current(testContext(t), resource); err != nil || got.ID != lease.ID {
		t.Errorf("current: %+v, %v", got, err)
	}
}

// takeOver asks for a lock until it is granted. That must not be before a
// moment, and not long after it.
func takeOver(t *testing.T, b *backend, resource string, over time.Time) sdk.Lease {
	t.Helper()
	for {
		lease, err := b.Acquire(testContext(t), want(resource))
		switch {
		case err == nil && time.Now().Before(over):
			t.Fatalf("taken %s too early", time.Until(over))
		case err == nil:
			return lease
		case !errors.Is(err, sdk.ErrHeld):
			t.Fatal(err)
		case time.Since(over) > 4*time.Second:
			t.Fatalf("still held %s after its end", time.Since(over))
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// The environment cannot turn off that the library minds the clock.
func TestClockIsMendedWhateverTheEnvironmentSays(t *testing.T) {
	t.Setenv("AWS_DISABLE_CLOCK_SKEW_CORRECTION", "true")
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	c := account(t)
	b, _ := startAt(t, c)
	f, c := before(t, c, strict(2*time.Hour))
	if err := operations["acquire"](testContext(t), openAt(t, c)); err != nil {
		t.Fatal(err)
	}
	if got := f.asked(); len(got) != 3 {
		t.Errorf("requests: %q", got)
	}
	release(t, b, sdk.Lease{Resource: "data", ID: leaseID})
}

// Each method can be the first that finds the clock to be off.
func TestEveryMethodMendsTheClock(t *testing.T) {
	t.Parallel()
	_, late := before(t, account(t), strict(2*time.Hour))
	for _, name := range []string{"setup", "acquire", "renew", "current", "list", "release"} {
		if err := everything[name](testContext(t), openAt(t, late)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A key that is wrong is not a clock that is off, and a clock that cannot be
// mended is not tried for ever.
func TestSignaturesThatStayWrong(t *testing.T) {
	t.Parallel()
	f, c := before(t, account(t), func(x *exchange) {
		x.refuse(400, "InvalidSignatureException", "The request signature we calculated does not match")
	})
	b := openAt(t, c)
	for i, expected := range []int{1, 2} {
		_, err := b.Current(testContext(t), "deploy")
		isKind(t, "current", err, sdk.ErrRefused)
		contains(t, err, "secret access key", "clock")
		if got := f.asked(); len(got) != expected {
			t.Errorf("%d: %q", i, got)
		}
		n := 0
		f.use(func(x *exchange) {
			n++
			x.signatureExpired(time.Now().Add(time.Duration(n) * time.Hour))
		})
	}
}

// Without its clock nothing can be said of a lock.
func TestAnswerWithoutDate(t *testing.T) {
	t.Parallel()
	c := account(t)
	startAt(t, c)
	for name, date := range map[string][]string{"none": nil, "unreadable": {"yesterday"}} {
		_, c := before(t, c, func(x *exchange) {
			answer, text := x.ask()
			x.w.Header()["Date"] = date
			x.w.WriteHeader(answer.StatusCode)
			_, _ = x.w.Write(text)
		})
		for _, operation := range []string{"acquire", "renew", "release", "current"} {
			err := operations[operation](testContext(t), openAt(t, c))
			isKind(t, fmt.Sprintf("%s, %s date", operation, name), err, sdk.ErrUnavailable)
		}
	}
}

func TestDaylightSavingDoesNotMatter(t *testing.T) {
	b, raw := start(t)
	for _, zone := range []string{"America/New_York", "Pacific/Kiritimati", "UTC"} {
		t.Setenv("TZ", zone)
		location, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		before := time.Local
		time.Local = location
		t.Cleanup(func() { time.Local = before })
		lease := acquire(t, b, want(zone))
		if lease.Created.Location() != time.UTC {
			t.Errorf("%s: created %s", zone, lease.Created)
		}
		if ends, _ := stored(t, raw, zone).time("expires"); time.Until(ends) > 62*time.Second || time.Until(ends) < 50*time.Second {
			t.Errorf("%s: ends in %s", zone, time.Until(ends))
		}
		_, err = b.Acquire(testContext(t), want(zone))
		isKind(t, zone, err, sdk.ErrHeld)
	}
}

func TestWhatTheClockMeans(t *testing.T) {
	now := time.Unix(1000, 0)
	l := lock{ends: time.Unix(end(now, 10*time.Second), 0)}
	for _, is := range []struct {
		after         time.Duration
		current, free bool
		left, waits   time.Duration
	}{
		{0, true, false, 10 * time.Second, 10 * time.Second},
		{1 * time.Second, true, false, 9 * time.Second, 9 * time.Second},
		{9 * time.Second, true, false, 1 * time.Second, 1 * time.Second},
		{10 * time.Second, true, false, 1 * time.Second, 1 * time.Second}, // it may have begun in the last of 1000
		{11 * time.Second, false, false, 1 * time.Second, 2 * time.Second},
		{12 * time.Second, false, false, 1 * time.Second, 1 * time.Second},
		{13 * time.Second, false, true, 1 * time.Second, 0},
	} {
		at := now.Add(is.after)
		if l.current(at) != is.current || l.free(at) != is.free || l.left(at) != is.left || l.waits(at) != is.waits {
			t.Errorf("after %s: current %t, free %t, left %s, waits %s", is.after, l.current(at), l.free(at), l.left(at), l.waits(at))
		}
	}
}

// withClock returns a backend whose store's clock shows what it is set to: now.
func withClock(t *testing.T) (b *backend, shown *time.Time) {
	t.Helper()
	c := account(t)
	unswept(t, c)
	now := time.Now().Truncate(time.Second)
	_, c = before(t, c, func(x *exchange) { x.passAt(now) })
	return openAt(t, c), &now
}

// A lease that has ended is not current any more, and can be taken a little
// later only: who asks meanwhile learns how long that is.
func TestEndedLeaseIsLeftAloneForAWhile(t *testing.T) {
	t.Parallel()
	b, shown := withClock(t)
	now := *shown
	lease := acquire(t, b, want("deploy"))
	for _, is := range []struct {
		after   time.Duration
		current bool
		waits   time.Duration
	}{
		{60 * time.Second, true, time.Second},
		{61 * time.Second, false, 2 * time.Second},
		{62 * time.Second, false, time.Second},
	} {
		after := is.after
		*shown = now.Add(after)
		_, err := b.Current(testContext(t), "deploy")
		if (err == nil) != is.current {
			t.Errorf("after %s: current: %v", after, err)
		}
		_, err = b.Acquire(testContext(t), want("deploy"))
		held, ok := errors.AsType[*sdk.HeldError](err)
		if !ok || held.Lease.TTL != is.waits || held.Lease.ID != lease.ID {
			t.Errorf("after %s: acquire: %v", after, err)
		}
		_, err = b.Renew(testContext(t), sdk.Lease{Resource: "deploy", ID: lease.ID, TTL: time.Minute})
		if !is.current {
			isKind(t, "renew of an ended lease", err, sdk.ErrNotHeld)
			isKind(t, "release with another id", b.Release(testContext(t), want("deploy")), sdk.ErrNotHeld)
		}
		if is.current {
			*shown = now // take the renewal back
			if err != nil {
				t.Fatal(err)
			}
			_, err = b.Renew(testContext(t), sdk.Lease{Resource: "deploy", ID: lease.ID, TTL: time.Minute})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	*shown = now.Add(63 * time.Second)
	if got := acquire(t, b, want("deploy")); got.Fence <= lease.Fence || !got.Created.Equal(*shown) {
		t.Errorf("taken over: %+v", got)
	}
}

// TestEndedLeaseDoesNotKeepOutItsOwnAcquire: an acquire whose first answer was
// lost, and whose repeat came when the lease was over, was told that another
// holds the lock: itself.
func TestEndedLeaseDoesNotKeepOutItsOwnAcquire(t *testing.T) {
	t.Parallel()
	b, shown := withClock(t)
	now := *shown
	repeated := want("deploy")
	lease := acquire(t, b, repeated)
	*shown = now.Add(61 * time.Second)
	again := acquire(t, b, repeated)
	if again.ID != lease.ID || again.Fence <= lease.Fence || !again.Created.Equal(*shown) {
		t.Errorf("granted %+v after %+v", again, lease)
	}
	isHeld(t, b, "deploy", again)
}
