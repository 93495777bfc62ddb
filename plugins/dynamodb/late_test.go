package dynamodb

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// giveUp starts an operation whose write is kept back on its way, and gives it
// up then. What it returns delivers that write after all.
func giveUp(t *testing.T, f *front, operate func(context.Context) error) (deliver func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(testContext(t))
	defer cancel()
	kept := make(chan *exchange, 1)
	f.use(writesOnly(func(x *exchange) {
		f.use(nil)
		kept <- x
		cancel()
		<-x.r.Context().Done()
	}))
	isUnknown(t, "what was given up", operate(ctx))
	return func() {
		select {
		case x := <-kept:
			x.ask()
		default:
			t.Fatal("there was no write")
		}
	}
}

// late returns two operators; the writes of the first can be kept back. What is
// over stays in their table.
func late(t *testing.T) (slow, other *backend, f *front) {
	t.Helper()
	c := account(t)
	unswept(t, c)
	other = openAt(t, c)
	f, c = before(t, c, nil)
	return openAt(t, c), other, f
}

// An acquire that arrives late takes nothing if anybody has had the lock
// meanwhile, even though it is free again.
func TestLateAcquireAfterAnother(t *testing.T) {
	t.Parallel()
	slow, other, f := late(t)
	deliver := giveUp(t, f, func(ctx context.Context) error { _, err := slow.Acquire(ctx, want("deploy")); return err })
	lease := acquire(t, other, want("deploy"))
	release(t, other, lease)
	deliver()
	if got, err := other.Current(testContext(t), "deploy"); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("the late acquire took the lock: %+v, %v", got, err)
	}
}

func TestLateAcquireWhileAnotherHolds(t *testing.T) {
	t.Parallel()
	slow, other, f := late(t)
	deliver := giveUp(t, f, func(ctx context.Context) error { _, err := slow.Acquire(ctx, want("deploy")); return err })
	lease := acquire(t, other, want("deploy"))
	deliver()
	isHeld(t, other, "deploy", lease)
}

// What nothing in DynamoDB can prevent: if nobody has had the lock meanwhile,
// an acquire that is delivered late takes it. Whoever gave it up has its id,
// and settles it with that.
func TestLateAcquireIsSettledWithItsID(t *testing.T) {
	t.Parallel()
	slow, other, f := late(t)
	w := want("deploy")
	deliver := giveUp(t, f, func(ctx context.Context) error { _, err := slow.Acquire(ctx, w); return err })
	deliver()
	if got := acquire(t, other, w); got.ID != w.ID {
		t.Errorf("repeat: %+v", got)
	}
	release(t, other, w)
}

// The longer renewal that followed counts, not the one that comes late.
func TestLateRenewalDoesNotShortenALaterOne(t *testing.T) {
	t.Parallel()
	slow, other, f := late(t)
	lease := acquire(t, other, want("deploy"))
	deliver := giveUp(t, f, func(ctx context.Context) error { _, err := slow.Renew(ctx, lease); return err })
	longer := lease
	longer.TTL = time.Hour
	if _, err := other.Renew(testContext(t), longer); err != nil {
		t.Fatal(err)
	}
	deliver()
	if got, err := other.Current(testContext(t), "deploy"); err != nil || got.TTL < 59*time.Minute {
		t.Errorf("current: %+v, %v", got, err)
	}
}

func TestLateRenewalAndReleaseAfterARelease(t *testing.T) {
	t.Parallel()
	for name, operate := range map[string]func(context.Context, sdk.Backend, sdk.Lease) error{
		"renew":   func(ctx context.Context, b sdk.Backend, l sdk.Lease) error { _, err := b.Renew(ctx, l); return err },
		"release": func(ctx context.Context, b sdk.Backend, l sdk.Lease) error { return b.Release(ctx, l) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			slow, other, f := late(t)
			lease := acquire(t, other, want("deploy"))
			deliver := giveUp(t, f, func(ctx context.Context) error { return operate(ctx, slow, lease) })
			release(t, other, lease)
			next := acquire(t, other, want("deploy"))
			deliver()
			isHeld(t, other, "deploy", next)
		})
	}
}

// A lease id can be acquired again once it was released. A release that was
// meant for the first time is not one for the second, nor is a renewal.
func TestLateReleaseOfTheSameIDAcquiredAgain(t *testing.T) {
	t.Parallel()
	slow, other, f := late(t)
	w := want("deploy")
	lease := acquire(t, other, w)
	deliver := giveUp(t, f, func(ctx context.Context) error { return slow.Release(ctx, lease) })
	release(t, other, lease)
	w.TTL = time.Hour
	again := acquire(t, other, w)
	deliver()
	isHeld(t, other, "deploy", again)
}

// The conditions of each write, on their own: whatever was judged, nothing is
// written once the item is another. What comes with the refusal is what lies
// there now.
func TestNothingIsWrittenOnAnOldSight(t *testing.T) {
	t.Parallel()
	c := account(t)
	raw, b := unswept(t, c), openAt(t, c)
	ctx := testContext(t)
	look := func(resource string) sight {
		s, err := b.survey(ctx, resource)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	seen := func(resource string) lock {
		l, _, err := b.lock(look(resource))
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	for name, is := range map[string]struct {
		prepare func() (write func() error)
		tells   bool // what lies there now
	}{
		"take a free lock that is held now": {func() func() error {
			s := look("free")
			acquire(t, b, want("free"))
			return func() error { _, err := b.take(ctx, want("free"), s); return err }
		}, true},
		"take a free lock that was held meanwhile": {func() func() error {
			s := look("again")
			release(t, b, acquire(t, b, want("again")))
			return func() error { _, err := b.take(ctx, want("again"), s); return err }
		}, false},
		"take an ended lock that was renewed": {func() func() error {
			lease := acquire(t, b, want("renewed"))
			s := look("renewed")
			if _, err := b.Renew(ctx, sdk.Lease{Resource: "renewed", ID: lease.ID, TTL: time.Hour}); err != nil {
				t.Fatal(err)
			}
			return func() error { _, err := b.take(ctx, want("renewed"), s); return err }
		}, true},
		"take an ended lock that is another's": {func() func() error {
			first := acquire(t, b, want("other"))
			s := look("other")
			second := stored(t, raw, "other")
			second["lease"] = text(sdk.NewID())
			store(t, raw, second)
			_ = first
			return func() error { _, err := b.take(ctx, want("other"), s); return err }
		}, true},
		"take an ended lock that is foreign data": {func() func() error {
			acquire(t, b, want("foreign"))
			s := look("foreign")
			store(t, raw, item{"resource": text("foreign"), "expires": s.item["expires"]})
			return func() error { _, err := b.take(ctx, want("foreign"), s); return err }
		}, true},
		"extend a lock that is another's": {func() func() error {
			release(t, b, acquire(t, b, want("extend")))
			acquire(t, b, want("extend"))
			l := seen("extend")
			release(t, b, sdk.Lease{Resource: "extend", ID: l.ID})
			acquire(t, b, want("extend"))
			return func() error { return b.extend(ctx, l, 99999999999) }
		}, true},
		"extend a lock that was renewed": {func() func() error {
			acquire(t, b, want("extended"))
			l := seen("extended")
			if _, err := b.Renew(ctx, sdk.Lease{Resource: "extended", ID: l.ID, TTL: time.Hour}); err != nil {
				t.Fatal(err)
			}
			return func() error { return b.extend(ctx, l, 1) }
		}, true},
		"extend a lock that is gone": {func() func() error {
			lease := acquire(t, b, want("gone"))
			l := seen("gone")
			release(t, b, lease)
			return func() error { return b.extend(ctx, l, 99999999999) }
		}, false},
		"remove a lock that is another's": {func() func() error {
			lease := acquire(t, b, want("remove"))
			s := look("remove")
			release(t, b, lease)
			acquire(t, b, want("remove"))
			return func() error { return b.giveUp(ctx, lease.ID, s) }
		}, true},
		"remove a lock that was renewed": {func() func() error {
			lease := acquire(t, b, want("kept"))
			s := look("kept")
			if _, err := b.Renew(ctx, sdk.Lease{Resource: "kept", ID: lease.ID, TTL: time.Hour}); err != nil {
				t.Fatal(err)
			}
			return func() error { return b.giveUp(ctx, lease.ID, s) }
		}, true},
		"give up what was not there and is now": {func() func() error {
			s := look("granted")
			lease := acquire(t, b, want("granted"))
			return func() error { return b.giveUp(ctx, lease.ID, s) }
		}, true},
		"give up what another held and holds now": {func() func() error {
			first := acquire(t, b, want("passed"))
			s := look("passed")
			release(t, b, first)
			lease := acquire(t, b, want("passed"))
			return func() error { return b.giveUp(ctx, lease.ID, s) }
		}, true},
		"take a free lock that was given up": {func() func() error {
			s, w := look("void"), want("void")
			isKind(t, "release", b.Release(ctx, w), sdk.ErrNotHeld)
			return func() error { _, err := b.take(ctx, w, s); return err }
		}, false},
		"take an ended lock that was given up": {func() func() error {
			store(t, raw, pythonItem("ended", time.Now().Add(-2*time.Hour), time.Hour))
			s, w := look("ended"), want("ended")
			isKind(t, "release", b.Release(ctx, w), sdk.ErrNotHeld)
			return func() error { _, err := b.take(ctx, w, s); return err }
		}, false},
		"take a lock that was held between the two items of the look": {func() func() error {
			lease := acquire(t, b, want("torn"))
			s := look("torn")
			s.item = nil // as before that grant; the counter is as after it
			release(t, b, lease)
			return func() error { _, err := b.take(ctx, want("torn"), s); return err }
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			write := is.prepare()
			everything := dump(t, b, raw)
			again, ok := errors.AsType[*overtaken](write())
			if !ok {
				t.Fatal("it was written")
			}
			if told := again.now != nil; told != is.tells {
				t.Errorf("tells what lies there: %t, want %t", told, is.tells)
			}
			if after := dump(t, b, raw); !reflect.DeepEqual(after, everything) {
				t.Errorf("the table is %v, and was %v", after, everything)
			}
		})
	}
}
