package dynamodb

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// Round trips once the connection stands, as docs/backends.md says.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	c := account(t)
	raw, straight := unswept(t, c), openAt(t, c) // what is over stays
	turns := servers.CountTurns(t, strings.TrimPrefix(c.Endpoint, "http://"))
	c.Endpoint = "http://" + turns.Addr
	b := openAt(t, c)
	ctx := testContext(t)
	if _, err := b.Current(ctx, "warm"); !errors.Is(err, sdk.ErrNotHeld) {
		t.Fatal(err)
	}
	mine, other := want("deploy"), want("deploy")
	store(t, raw, item{"resource": text("foreign")})
	store(t, raw, pythonItem("over", time.Now().Add(-2*time.Hour), time.Hour))
	turns.Count()
	for _, step := range []struct {
		name string
		call func() error
		err  error
		want int
	}{
		{"acquire, free", func() error { _, err := b.Acquire(ctx, mine); return err }, nil, 2},
		{"acquire, over", func() error { _, err := b.Acquire(ctx, want("over")); return err }, nil, 2},
		{"acquire, mine", func() error { _, err := b.Acquire(ctx, mine); return err }, nil, 1},
		{"acquire, held", func() error { _, err := b.Acquire(ctx, other); return err }, sdk.ErrHeld, 1},
		{"acquire, foreign", func() error { _, err := b.Acquire(ctx, want("foreign")); return err }, sdk.ErrRefused, 1},
		{"renew", func() error { _, err := b.Renew(ctx, mine); return err }, nil, 2},
		{"renew, not held", func() error { _, err := b.Renew(ctx, other); return err }, sdk.ErrNotHeld, 1},
		{"renew, no such id", func() error {
			_, err := b.Renew(ctx, sdk.Lease{Resource: "deploy", ID: "x"})
			return err
		}, sdk.ErrNotHeld, 0},
		{"current", func() error { _, err := b.Current(ctx, "deploy"); return err }, nil, 1},
		{"current, free", func() error { _, err := b.Current(ctx, "free"); return err }, sdk.ErrNotHeld, 1},
		{"list", func() error { return everything["list"](ctx, b) }, nil, 2},
		{"release, not held", func() error { return b.Release(ctx, other) }, sdk.ErrNotHeld, 2},
		{"release", func() error { return b.Release(ctx, mine) }, nil, 2},
		{"release, free", func() error { return b.Release(ctx, mine) }, sdk.ErrNotHeld, 2},
		{"release, no such id", func() error { return b.Release(ctx, sdk.Lease{Resource: "deploy", ID: "x"}) }, sdk.ErrNotHeld, 0},
		{"release, foreign", func() error { return b.Release(ctx, sdk.Lease{Resource: "foreign", ID: mine.ID}) }, sdk.ErrRefused, 1},
		{"setup, done", func() error {
			_, _ = straight.Setup(ctx, false)
			return everything["setup"](ctx, b)
		}, nil, 3},
	} {
		if err := step.call(); !errors.Is(err, step.err) {
			t.Errorf("%s: %v", step.name, err)
		}
		if got := turns.Count(); got != step.want {
			t.Errorf("%s: %d round trips, want %d", step.name, got, step.want)
		}
	}
}

// Who loses a race learns who has won from the refusal itself.
func TestRoundTripsOfALostRace(t *testing.T) {
	t.Parallel()
	f, c := before(t, account(t), nil)
	b, _ := startAt(t, c)
	raced := func(operate func() error, rival func()) (int, error) {
		f.use(func(x *exchange) {
			if x.writes() {
				f.use(nil)
				rival()
				f.asked()
			}
			x.pass()
		})
		f.asked()
		err := operate()
		return len(f.asked()), err
	}
	straight := openAt(t, func() Config { c := c; c.Endpoint = f.server; return c }())

	n, err := raced(func() error { _, err := b.Acquire(testContext(t), want("deploy")); return err },
		func() { acquire(t, straight, want("deploy")) })
	isKind(t, "acquire", err, sdk.ErrHeld)
	if n != 0 {
		t.Errorf("%d more requests after the write was overtaken", n)
	}
	held, err := b.Current(testContext(t), "deploy")
	if err != nil {
		t.Fatal(err)
	}
	n, err = raced(func() error { _, err := b.Renew(testContext(t), held); return err },
		func() { release(t, straight, held); acquire(t, straight, want("deploy")) })
	isKind(t, "renew", err, sdk.ErrNotHeld)
	if n != 0 {
		t.Errorf("%d more requests after the renewal was overtaken", n)
	}
	held, _ = b.Current(testContext(t), "deploy")
	n, err = raced(func() error { return b.Release(testContext(t), held) },
		func() {
			_, _ = straight.Renew(testContext(t), sdk.Lease{Resource: "deploy", ID: held.ID, TTL: time.Hour})
		})
	if err != nil || n != 1 {
		t.Errorf("release beside a renewal: %d more requests, %v; want the release to be repeated", n, err)
	}
	// The item is gone, which the refusal does not tell: another look.
	mine := acquire(t, b, want("deploy"))
	n, err = raced(func() error { _, err := b.Renew(testContext(t), mine); return err },
		func() { release(t, straight, mine) })
	isKind(t, "renew", err, sdk.ErrNotHeld)
	if n != 1 {
		t.Errorf("%d more requests after the lock was released", n)
	}
	// The lock is free again, but the counter is another: a look and a write.
	var got sdk.Lease
	n, err = raced(func() (err error) { got, err = b.Acquire(testContext(t), want("deploy")); return err },
		func() { release(t, straight, acquire(t, straight, want("deploy"))) })
	if err != nil || n != 2 || got.Fence <= mine.Fence+1 {
		t.Errorf("acquire: %d more requests, %+v, %v", n, got, err)
	}
}

// The actions that each method asks for are those that the documented policy
// allows. DynamoDB Local does not check any.
func TestActions(t *testing.T) {
	t.Parallel()
	var asked []string // one at a time
	_, c := before(t, account(t), func(x *exchange) {
		asked = append(asked, actions(x)...)
		switch x.op {
		case "GetItem", "BatchGetItem", "Scan":
			if !bytes.Contains(x.body, []byte(`"ConsistentRead":true`)) {
				t.Errorf("%s may be answered by what was true a while ago", x.op)
			}
		}
		x.pass()
	})
	b := openAt(t, c)
	for _, is := range []struct {
		operation string
		actions   string
	}{
		{"setup", "CreateTable DescribeTable DescribeTimeToLive UpdateTimeToLive"},
		{"acquire", "BatchGetItem PutItem UpdateItem"},
		{"current", "GetItem"},
		{"renew", "GetItem UpdateItem"},
		{"list", "GetItem Scan"},
		{"release", "BatchGetItem DeleteItem UpdateItem"},
		{"release, free", "BatchGetItem DeleteItem UpdateItem"},
		{"release, held", "BatchGetItem UpdateItem"},
	} {
		operation, variant, _ := strings.Cut(is.operation, ", ")
		if variant == "held" {
			acquire(t, b, want("data"))
		}
		asked = nil
		if err := everything[operation](testContext(t), b); err != nil && variant == "" {
			t.Errorf("%s: %v", is.operation, err)
		}
		slices.Sort(asked)
		if got := strings.Join(slices.Compact(asked), " "); got != is.actions {
			t.Errorf("%s asks for %s, want %s", is.operation, got, is.actions)
		}
	}
}

// actions are what an IAM policy must allow for a request. A transaction is
// allowed by the actions in it.
func actions(x *exchange) (needed []string) {
	if x.op != "TransactWriteItems" {
		return []string{x.op}
	}
	for name, action := range map[string]string{
		"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem",
	} {
		if bytes.Contains(x.body, []byte(`{"`+name+`":`)) {
			needed = append(needed, action)
		}
	}
	return needed
}
