package conformance

import (
	"context"
	"iter"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// patience is how long a check waits for one answer before a backend that does
// not answer fails it. A check of many calls may take longer than that.
const patience = time.Minute

// A bounded backend has a limit for each of its answers.
type bounded struct {
	sdk.Backend
	limit time.Duration
}

func (b bounded) Acquire(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
	ctx, cancel := context.WithTimeout(ctx, b.limit)
	defer cancel()
	return b.Backend.Acquire(ctx, want)
}

func (b bounded) Renew(ctx context.Context, lease sdk.Lease) (sdk.Lease, error) {
	ctx, cancel := context.WithTimeout(ctx, b.limit)
	defer cancel()
	return b.Backend.Renew(ctx, lease)
}

func (b bounded) Release(ctx context.Context, lease sdk.Lease) error {
	ctx, cancel := context.WithTimeout(ctx, b.limit)
	defer cancel()
	return b.Backend.Release(ctx, lease)
}

func (b bounded) Current(ctx context.Context, resource string) (sdk.Lease, error) {
	ctx, cancel := context.WithTimeout(ctx, b.limit)
	defer cancel()
	return b.Backend.Current(ctx, resource)
}

func (b bounded) Setup(ctx context.Context, dryRun bool) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, b.limit)
	defer cancel()
	return b.Backend.Setup(ctx, dryRun)
}

func (b bounded) Check(ctx context.Context) ([]sdk.Finding, error) {
	ctx, cancel := context.WithTimeout(ctx, b.limit)
	defer cancel()
	return b.Backend.Check(ctx)
}

func (b bounded) List(ctx context.Context, prefix string) iter.Seq2[sdk.Lease, error] {
	return func(yield func(sdk.Lease, error) bool) {
		ctx, cancel := context.WithTimeout(ctx, b.limit)
		defer cancel()
		b.Backend.List(ctx, prefix)(yield)
	}
}
