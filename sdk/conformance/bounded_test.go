package conformance

import (
	"context"
	"errors"
	"iter"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// It is one answer that has a limit: a check of many takes its time.
func TestSlowBackendPasses(t *testing.T) {
	const patience = 2 * time.Second
	store := open(func(m memory) sdk.Backend {
		return patched{Backend: m, current: func(ctx context.Context, resource string) (sdk.Lease, error) {
			time.Sleep(patience / 40)
			return m.Current(ctx, resource)
		}}
	})
	many := rule{"many", "", distinct("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r")}
	start := time.Now()
	if err := many.with(t.Context(), &store, patience); err != nil || time.Since(start) < patience {
		t.Fatalf("got %v after %v", err, time.Since(start))
	}
}

func TestEachAnswerHasALimit(t *testing.T) {
	b := bounded{silent, 10 * time.Millisecond}
	for method, call := range map[string]func(context.Context) error{
		"acquire": func(ctx context.Context) error { _, err := b.Acquire(ctx, sdk.Lease{}); return err },
		"renew":   func(ctx context.Context) error { _, err := b.Renew(ctx, sdk.Lease{}); return err },
		"release": func(ctx context.Context) error { return b.Release(ctx, sdk.Lease{}) },
		"current": func(ctx context.Context) error { _, err := b.Current(ctx, ""); return err },
		"setup":   func(ctx context.Context) error { _, err := b.Setup(ctx, true); return err },
		"check":   func(ctx context.Context) error { _, err := b.Check(ctx); return err },
		"list": func(ctx context.Context) (last error) {
			for _, last = range b.List(ctx, "") {
			}
			return last
		},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		if err := call(ctx); !errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil {
			t.Errorf("%s: got %v with its caller's context ended: %v", method, err, ctx.Err())
		}
		cancel()
	}
}

func TestOpeningHasALimit(t *testing.T) {
	store := Store{Open: func(ctx context.Context) (sdk.Backend, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	opens := rule{"opens", "", func(p *probe) { p.open() }}
	if err := opens.with(ctx, &store, 10*time.Millisecond); !errors.Is(err, context.Canceled) || ctx.Err() != nil {
		t.Errorf("got %v with its caller's context ended: %v", err, ctx.Err())
	}
}

// silent never answers.
var silent = patched{
	acquire: func(ctx context.Context, _ sdk.Lease) (sdk.Lease, error) { return sdk.Lease{}, ended(ctx) },
	renew:   func(ctx context.Context, _ sdk.Lease) (sdk.Lease, error) { return sdk.Lease{}, ended(ctx) },
	release: func(ctx context.Context, _ sdk.Lease) error { return ended(ctx) },
	current: func(ctx context.Context, _ string) (sdk.Lease, error) { return sdk.Lease{}, ended(ctx) },
	setup:   func(ctx context.Context, _ bool) ([]string, error) { return nil, ended(ctx) },
	check:   func(ctx context.Context) ([]sdk.Finding, error) { return nil, ended(ctx) },
	list: func(ctx context.Context, _ string) iter.Seq2[sdk.Lease, error] {
		return func(yield func(sdk.Lease, error) bool) { yield(sdk.Lease{}, ended(ctx)) }
	},
}

func ended(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}
