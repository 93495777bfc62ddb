package redis

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/bounded"
)

// deadlines on the server's clock, as the scripts take them.
func deadlineIn(d time.Duration) string {
	return strconv.FormatInt(time.Now().Add(d).UnixMicro(), 10)
}

func TestLateRequestsWriteNothing(t *testing.T) {
	b, raw, _ := start(t)
	ctx := testContext(t)
	id := make([]byte, 16)
	keys := []string{"deploy", fenceKey("", "deploy")}
	eval := func(s script, args ...any) string {
		return reply(must(t, raw.Eval(ctx, string(s), keys, args...)).([]any)).status()
	}

	if got := eval(scriptAcquire, id, "ana", "", "60000", deadlineIn(-time.Second), ""); got != "late" {
		t.Errorf("late acquire: %q", got)
	}
	if n := must(t, raw.DBSize(ctx)); n != 0 {
		t.Errorf("a late acquire left %d keys", n)
	}
	if got := eval(scriptRelease, id, deadlineIn(-time.Second)); got != "late" {
		t.Errorf("late release of a free lock: %q", got)
	}
	if n := must(t, raw.DBSize(ctx)); n != 0 {
		t.Errorf("a late release left %d keys", n)
	}
	if got := eval(scriptAcquire, id, "ana", "", "60000", deadlineIn(time.Second), ""); got != "lease" {
		t.Fatalf("acquire in time: %q", got)
	}
	if got := eval(scriptRenew, id, "3600000", deadlineIn(-time.Second)); got != "late" {
		t.Errorf("late renew: %q", got)
	}
	if got := eval(scriptRelease, id, deadlineIn(-time.Second)); got != "late" {
		t.Errorf("late release: %q", got)
	}
	if got, err := b.Current(ctx, "deploy"); err != nil || got.TTL > time.Minute {
		t.Errorf("after late requests: %+v, %v", got, err)
	}
}

// The whole way: a server that is frozen while the script is in its socket
// runs the script after its sender has given up.
func TestRequestServedAfterItsDeadlineTakesNoLock(t *testing.T) {
	b, raw, server := start(t)
	if _, err := b.Current(testContext(t), "deploy"); !errors.Is(err, sdk.ErrNotHeld) {
		t.Fatal(err) // and the connection is open
	}
	ran := scriptsRun(t, raw)
	if err := server.Pause(); err != nil {
		t.Fatal(err)
	}
	end := time.Now().Add(300 * time.Millisecond)
	ctx, cancel := context.WithDeadline(context.Background(), end)
	defer cancel()
	l := newLine(b.(*backend).server.(alone).Client)
	defer l.hangUp()
	id := make([]byte, 16)
	keys := []string{"deploy", fenceKey("", "deploy")}
	_, err := l.eval(ctx, scriptAcquire, keys, id, "ana", "", "60000", strconv.FormatInt(end.UnixMicro(), 10), "")
	if err == nil {
		t.Fatal("a paused server answered")
	}
	time.Sleep(100 * time.Millisecond)
	if err := server.Resume(); err != nil {
		t.Fatal(err)
	}
	awaitScripts(t, raw, ran+1)
	if n := must(t, raw.DBSize(testContext(t))); n != 0 {
		t.Errorf("%d keys were written", n)
	}
}

// awaitScripts waits until a server has run n scripts: before, that nothing was
// written would tell nothing.
func awaitScripts(t *testing.T, raw *goredis.Client, n int) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if scriptsRun(t, raw) >= n {
			return
		}
	}
	t.Fatalf("the server ran %d scripts, want %d", scriptsRun(t, raw), n)
}

// scriptsRun is the server's own count of the scripts that it has run.
func scriptsRun(t *testing.T, raw *goredis.Client) int {
	t.Helper()
	_, rest, found := strings.Cut(must(t, raw.Info(testContext(t), "commandstats")), "cmdstat_eval:calls=")
	count, _, _ := strings.Cut(rest, ",")
	n, err := strconv.Atoi(count)
	if found && err != nil {
		t.Fatal(err)
	}
	return n
}

func TestLateIsUnavailable(t *testing.T) {
	b := &backend{where: "127.0.0.1:6379"}
	_, err := b.lease("deploy", reply{"late"}, nil)
	if !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("error = %v", err)
	}
	contains(t, err, "127.0.0.1:6379", "no lock was changed")
}

func TestDeadlineIsOnTheServersClock(t *testing.T) {
	b, _, _ := start(t)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	l := newLine(b.(*backend).server.(alone).Client)
	defer l.hangUp()
	seen, err := lookAtTime(ctx, l)
	if err != nil {
		t.Fatal(err)
	}
	text := seen[0].(string)
	micros, err := strconv.ParseInt(text, 10, 64)
	end, _ := ctx.Deadline()
	if early := end.Sub(time.UnixMicro(micros)); err != nil || early < 0 || early > time.Second {
		t.Errorf("deadline %s is %s before the context's, %v", text, early, err)
	}
}

// A nodeless server is asked for its nodes, and has none.
type nodeless struct {
	server
	asked func(context.Context)
}

func (n nodeless) node(ctx context.Context, _ string) (*goredis.Client, error) {
	n.asked(ctx)
	return nil, errors.New("no node here")
}

func (n nodeless) masters(ctx context.Context) ([]*goredis.Client, error) {
	n.asked(ctx)
	return nil, errors.New("no masters here")
}

// Every call has a deadline, also if its caller has none; and keeps its caller's.
func TestEveryCallIsBounded(t *testing.T) {
	b := openAt(t, Config{URL: "redis://127.0.0.1:6379"}).(*backend)
	for name, operate := range everything {
		for _, limit := range []time.Duration{0, time.Second, time.Hour} {
			given, want := context.Background(), bounded.CallTimeout
			if limit != 0 {
				ctx, cancel := context.WithTimeout(given, limit)
				defer cancel()
				given, want = ctx, limit
			}
			var asked atomic.Int64
			b.server = nodeless{b.server, func(ctx context.Context) {
				asked.Add(1)
				if end, ok := ctx.Deadline(); !ok || time.Until(end) > want || time.Until(end) < want-10*time.Second {
					t.Errorf("%s within %s: deadline %s, %t", name, limit, end, ok)
				}
			}}
			if err := operate(given, b); !errors.Is(err, sdk.ErrUnavailable) || asked.Load() == 0 {
				t.Errorf("%s within %s: asked %d times, %v", name, limit, asked.Load(), err)
			}
		}
	}
}

func TestBadArgumentsWriteNothing(t *testing.T) {
	_, raw, _ := start(t)
	ctx := testContext(t)
	keys := []string{"deploy", fenceKey("", "deploy")}
	id, end := string(make([]byte, 16)), deadlineIn(time.Minute)
	for name, args := range map[string][]any{
		"short id":        {"short", "ana", "", "60000", end},
		"empty principal": {id, "", "", "60000", end},
		"no TTL":          {id, "ana", "", "0", end},
		"negative TTL":    {id, "ana", "", "-5", end},
		"TTL in words":    {id, "ana", "", "soon", end},
		"no deadline":     {id, "ana", "", "60000", ""},
	} {
		got, err := raw.Eval(ctx, string(scriptAcquire), keys, append(args, "")...).Slice()
		if err == nil && reply(got).status() != "invalid" {
			t.Errorf("%s: %q", name, got)
		}
		if n := must(t, raw.DBSize(ctx)); n != 0 {
			t.Fatalf("%s: left %d keys", name, n)
		}
	}
}
