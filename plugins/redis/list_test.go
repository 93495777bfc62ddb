package redis

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/stormlock/stormlock/sdk"
)

func TestListYieldsWholeLeases(t *testing.T) {
	b, raw, _ := start(t)
	one := acquire(t, b, want("one"))
	pythonLock(t, raw, "python", "1763800000.5")
	got := make(map[string]sdk.Lease)
	for lease, err := range b.List(testContext(t), "") {
		if err != nil {
			t.Fatal(err)
		}
		got[lease.Resource] = lease
	}
	if len(got) != 2 || got["python"].ID != pythonHex {
		t.Fatalf("got %+v", got)
	}
	same(t, got["one"], one)
	if got["one"].TTL <= 0 || got["one"].TTL > time.Minute {
		t.Errorf("TTL = %s", got["one"].TTL)
	}
}

func TestListPassesOverWhatIsNotALock(t *testing.T) {
	b, raw, _ := start(t)
	ctx := testContext(t)
	for kind, write := range foreign {
		if err := write(ctx, raw, "foreign "+kind); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range []string{" leading", "trailing ", "control\x01", "bad\xff", "zero\u200bwidth"} {
		pythonLock(t, raw, key, "1.5")
	}
	acquire(t, b, want("deploy"))
	if got := list(t, b, ""); !slices.Equal(got, []string{"deploy"}) {
		t.Errorf("got %q", got)
	}
}

func TestListTakesThePrefixAsText(t *testing.T) {
	b, _, server := start(t)
	names := []string{"a", "ab", "a*", "a*b", "a?", "a[b]", `a\`, `a\b`, "b"}
	odd := openAt(t, Config{URL: server.URL, Prefix: `odd*[x]\?:`})
	for _, name := range names {
		acquire(t, b, want(name))
		acquire(t, odd, want(name))
	}
	for prefix, expected := range map[string][]string{
		"":   names,
		"a*": {"a*", "a*b"},
		"a?": {"a?"},
		"a[": {"a[b]"},
		`a\`: {`a\`, `a\b`},
		"ab": {"ab"},
		"c":  nil,
	} {
		slices.Sort(expected)
		if got := list(t, odd, prefix); !slices.Equal(got, expected) {
			t.Errorf("prefix %q: %q, want %q", prefix, got, expected)
		}
		if prefix == "" {
			continue // without a key prefix, the other backend's locks are there too
		}
		if got := list(t, b, prefix); !slices.Equal(got, expected) {
			t.Errorf("prefix %q: %q, want %q", prefix, got, expected)
		}
	}
}

func TestListOfManyYieldsEachOnce(t *testing.T) {
	b, raw, _ := start(t)
	var names []string
	pipe := raw.Pipeline()
	for i := range 2000 {
		name := fmt.Sprintf("r%04d", i)
		names = append(names, name)
		pipe.HSet(testContext(t), name, "id", pythonID, "p", "x", "c", "1.5")
		pipe.Expire(testContext(t), name, time.Minute)
	}
	if _, err := pipe.Exec(testContext(t)); err != nil {
		t.Fatal(err)
	}
	if got := list(t, b, "r"); !slices.Equal(got, names) {
		t.Errorf("%d leases, want %d", len(got), len(names))
	}
}

func TestListStopsWhenTheReaderDoes(t *testing.T) {
	b, _, _ := start(t)
	acquire(t, b, want("one"))
	acquire(t, b, want("two"))
	for _, err := range b.List(testContext(t), "") {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	acquire(t, b, want("three")) // the connection is in order
}

func TestListStopsAfterTheFirstError(t *testing.T) {
	b, _, _ := start(t)
	ctx, cancel := context.WithCancel(testContext(t))
	cancel()
	var errs []error
	for _, err := range b.List(ctx, "") {
		errs = append(errs, err)
	}
	if len(errs) != 1 || !errors.Is(errs[0], sdk.ErrUnavailable) {
		t.Errorf("errors = %v", errs)
	}
}

func TestFreshPassesOverWhatWasSeen(t *testing.T) {
	b := &backend{prefix: "p:"}
	seen := newSeen()
	first := b.fresh([]string{"p:a", "p:a", "q:b", "p:"}, seen)
	if again := b.fresh([]string{"p:a", "p:c"}, seen); !slices.Equal(first, []string{"p:a"}) || !slices.Equal(again, []string{"p:c"}) {
		t.Errorf("%q, then %q", first, again)
	}
}

// Only a server that is not Redis answers so.
func TestListOfAnswersThatCannotBeRead(t *testing.T) {
	b := &backend{}
	for name, answer := range map[string]*goredis.Cmd{
		"no list":    goredis.NewCmdResult("OK", nil),
		"too few":    goredis.NewCmdResult([]any{}, nil),
		"no replies": goredis.NewCmdResult([]any{int64(1)}, nil),
		"half":       goredis.NewCmdResult([]any{[]any{"lease", "id"}}, nil),
	} {
		if leases, err := b.leases([][]string{{"a"}}, []*goredis.Cmd{answer}); err == nil || len(leases) > 0 {
			t.Errorf("%s: %v, %v", name, leases, err)
		}
	}
}
