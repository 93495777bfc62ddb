package dynamodb

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"regexp"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

func isFree(t *testing.T, b *backend, resource string) {
	t.Helper()
	if got, err := b.Current(testContext(t), resource); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("current: %+v, %v; want the lock to be free", got, err)
	}
}

func isNotHeld(t *testing.T, b *backend, lease sdk.Lease) {
	t.Helper()
	isKind(t, "release", b.Release(testContext(t), lease), sdk.ErrNotHeld)
}

// An acquire whose caller gave it up, and was told that nothing is held, takes
// nothing any more, whatever the lock was like then.
func TestLateAcquireThatWasGivenUp(t *testing.T) {
	t.Parallel()
	for name, is := range map[string]struct {
		before, meanwhile, after func(*testing.T, *backend, item)
	}{
		"free": {},
		"over": {before: func(t *testing.T, b *backend, _ item) {
			store(t, b.client, pythonItem("deploy", time.Now().Add(-2*time.Hour), time.Hour))
		}},
		"granted and released before": {before: func(t *testing.T, b *backend, _ item) {
			release(t, b, acquire(t, b, want("deploy")))
		}},
		// Python's grants do not count.
		"held by Python's": {
			meanwhile: func(t *testing.T, b *backend, theirs item) { store(t, b.client, theirs) },
			after: func(t *testing.T, b *backend, _ item) {
				if err := pythonRelease(t, b.client, "deploy", pythonID); err != nil {
					t.Fatal(err)
				}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			slow, other, f := late(t)
			theirs := pythonItem("deploy", time.Now(), time.Hour)
			do := func(step func(*testing.T, *backend, item)) {
				if step != nil {
					step(t, other, theirs)
				}
			}
			w := want("deploy")
			do(is.before)
			deliver := giveUp(t, f, func(ctx context.Context) error { _, err := slow.Acquire(ctx, w); return err })
			do(is.meanwhile)
			isNotHeld(t, other, w)
			do(is.after)
			deliver()
			isFree(t, other, "deploy")
			acquire(t, other, want("deploy"))
		})
	}
}

var requestToken = regexp.MustCompile(`"ClientRequestToken":"[^"]*"`)

// A copy of an acquire that was granted, and whose lease was released, takes
// nothing; not even one that DynamoDB does not know for a copy any more, as it
// does for ten minutes.
func TestDoubledAcquireAfterARelease(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func([]byte) []byte{
		"known for a copy": func(body []byte) []byte { return body },
		"not known": func(body []byte) []byte {
			return requestToken.ReplaceAll(body, []byte(`"ClientRequestToken":"`+sdk.NewID()+`"`))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			slow, other, f := late(t)
			var kept *exchange
			f.use(writesOnly(func(x *exchange) { kept = x; x.pass() }))
			release(t, other, acquire(t, slow, want("deploy")))
			copied := prepare(kept.body)
			if bytes.Equal(copied, kept.body) != (name == "known for a copy") {
				t.Fatalf("the request is %s", copied)
			}
			kept.body = copied
			kept.ask()
			isFree(t, other, "deploy")
		})
	}
}

// A grant that arrives while a release makes up its mind does not slip past it.
func TestAcquireThatArrivesWhileItIsGivenUp(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(*testing.T, *backend){
		"free": func(*testing.T, *backend) {},
		"over": func(t *testing.T, b *backend) {
			store(t, b.client, pythonItem("deploy", time.Now().Add(-2*time.Hour), time.Hour))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			slow, other, f := late(t)
			prepare(t, other)
			w := want("deploy")
			deliver := giveUp(t, f, func(ctx context.Context) error { _, err := slow.Acquire(ctx, w); return err })
			f.use(writesOnly(func(x *exchange) {
				f.use(nil)
				deliver()
				x.pass()
			}))
			if err := slow.Release(testContext(t), w); err != nil {
				t.Errorf("release: %v; want it to end what was granted meanwhile", err)
			}
			isFree(t, other, "deploy")
		})
	}
}

// An acquire that somebody still waits for is not lost because another gave up.
func TestAcquireThatIsOvertakenByAReleaseLooksAgain(t *testing.T) {
	t.Parallel()
	slow, other, f := late(t)
	times := 0
	f.use(writesOnly(func(x *exchange) {
		if times++; times <= 3 {
			isNotHeld(t, other, want("deploy"))
		}
		x.pass()
	}))
	lease := acquire(t, slow, want("deploy"))
	if times != 4 {
		t.Errorf("%d writes", times)
	}
	isHeld(t, other, "deploy", lease)
}

func TestAcquireThatIsAlwaysOvertakenGivesUp(t *testing.T) {
	t.Parallel()
	slow, other, f := late(t)
	times := 0
	f.use(writesOnly(func(x *exchange) { times++; isNotHeld(t, other, want("deploy")); x.pass() }))
	_, err := slow.Acquire(testContext(t), want("deploy"))
	isKind(t, "acquire", err, sdk.ErrUnavailable)
	contains(t, err, "too many others", `"deploy"`)
	if times != maxLooks {
		t.Errorf("%d writes", times)
	}
	isFree(t, other, "deploy")
}

// A release that finds nothing counts up, and changes nothing else.
func TestReleaseThatFindsNothingCounts(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	counter := func() uint64 { return stored(t, raw, fenceKey("deploy")).fence() }
	isNotHeld(t, b, want("deploy"))
	if n := counter(); n != 1 || len(dump(t, b, raw)) != 1 {
		t.Errorf("the counter is %d, the table %v", n, dump(t, b, raw))
	}
	lease := acquire(t, b, want("deploy"))
	held := stored(t, raw, "deploy")
	isNotHeld(t, b, want("deploy"))
	if n := counter(); n != lease.Fence+1 {
		t.Errorf("the counter is %d, the lease's fence %d", n, lease.Fence)
	}
	if after := stored(t, raw, "deploy"); !reflect.DeepEqual(after, held) {
		t.Errorf("the lock is %v, and was %v", after, held)
	}
	release(t, b, lease)
	if next := acquire(t, b, want("deploy")); next.Fence <= lease.Fence+1 {
		t.Errorf("fence went from %d to %d", lease.Fence, next.Fence)
	}
}

// That nothing is held is told only once it is written.
func TestFaultsOfAReleaseThatFindsNothing(t *testing.T) {
	t.Parallel()
	for fault, treat := range faults {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			f, c := before(t, account(t), nil)
			b, _ := startAt(t, c)
			f.use(writesOnly(treat))
			err := b.Release(testContext(t), want("deploy"))
			isUnknown(t, "release", err)
			contains(t, err, `table "stormlock" in `, faultTexts[fault])
		})
	}
	for code, kind := range map[string]error{
		"AccessDeniedException": sdk.ErrRefused, "ThrottlingException": sdk.ErrUnavailable,
	} {
		f, c := before(t, account(t), nil)
		b, _ := startAt(t, c)
		f.use(writesOnly(func(x *exchange) { x.refuse(400, code, "no") }))
		isKind(t, code, b.Release(testContext(t), want("deploy")), kind)
	}
}

// A renewal that comes late revives a lease that is over, but not once its
// holder has given it up.
func TestLateRenewalOfALeaseThatIsOver(t *testing.T) {
	t.Parallel()
	for name, givenUp := range map[string]bool{"left alone": false, "given up": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			slow, other, f := late(t)
			brief := want("deploy")
			brief.TTL = time.Second
			lease := acquire(t, other, brief)
			lease.TTL = time.Hour
			deliver := giveUp(t, f, func(ctx context.Context) error { _, err := slow.Renew(ctx, lease); return err })
			eventually(t, 20*time.Second, "the lease is over", func() bool {
				_, err := other.Current(testContext(t), "deploy")
				return errors.Is(err, sdk.ErrNotHeld)
			})
			if givenUp {
				isNotHeld(t, other, lease)
			}
			deliver()
			_, err := other.Current(testContext(t), "deploy")
			if revived := err == nil; revived == givenUp {
				t.Errorf("current: %v", err)
			}
			release := other.Release(testContext(t), lease)
			if (release == nil) == givenUp {
				t.Errorf("release: %v", release)
			}
			isFree(t, other, "deploy")
		})
	}
}
