package bounded

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// calls are both ways to bound a call, of a backend that stays open.
var calls = map[string]func(context.Context) (context.Context, context.CancelFunc){
	"Call": Call,
	"CallWhile": func(ctx context.Context) (context.Context, context.CancelFunc) {
		return CallWhile(ctx, context.Background())
	},
}

func TestCallWithoutADeadlineGetsOne(t *testing.T) {
	for name, call := range calls {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := call(context.Background())
			defer cancel()
			if end, ok := ctx.Deadline(); !ok || time.Until(end) != 30*time.Second {
				t.Errorf("%s: deadline %s, %t", name, end, ok)
			}
			<-ctx.Done()
			if err := ctx.Err(); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: ended with %v", name, err)
			}
		})
	}
}

func TestCallKeepsTheCallersDeadline(t *testing.T) {
	for name, call := range calls {
		for _, limit := range []time.Duration{time.Second, time.Hour} {
			given, cancel := context.WithTimeout(context.Background(), limit)
			defer cancel()
			ctx, cancel := call(given)
			defer cancel()
			want, _ := given.Deadline()
			if end, ok := ctx.Deadline(); !ok || !end.Equal(want) {
				t.Errorf("%s: the caller's deadline %s became %s", name, want, end)
			}
		}
	}
}

func TestCallEndsWithTheCallers(t *testing.T) {
	for name, call := range calls {
		given, giveUp := context.WithCancel(context.Background())
		ctx, cancel := call(given)
		defer cancel()
		if err := ctx.Err(); err != nil {
			t.Errorf("%s: begins with %v", name, err)
		}
		giveUp()
		if ctx.Err() == nil {
			t.Errorf("%s: goes on without its caller", name)
		}
	}
}

func TestCallEndsWithTheBackend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		open, shut := context.WithCancel(context.Background())
		ctx, cancel := CallWhile(context.Background(), open)
		defer cancel()
		shut()
		synctest.Wait()
		if err := ctx.Err(); !errors.Is(err, context.Canceled) {
			t.Errorf("the backend is closed, and the call: %v", err)
		}
	})
}

// It has ended when it is returned, not soon after: nothing is sent.
func TestCallOfAClosedBackendHasEnded(t *testing.T) {
	open, shut := context.WithCancel(context.Background())
	shut()
	for range 100 { // what ends it soon after would be first at times
		ctx, cancel := CallWhile(context.Background(), open)
		defer cancel()
		if ctx.Err() == nil {
			t.Fatal("the backend was closed, and the call goes on")
		}
	}
}
