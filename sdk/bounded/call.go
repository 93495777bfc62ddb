package bounded

import (
	"context"
	"time"
)

// CallTimeout is how long a call may last whose caller sets no deadline.
const CallTimeout = 30 * time.Second

// Call gives a call to a store its time: the context ends with ctx, and after
// [CallTimeout] if ctx has no deadline. Without one a request could take effect at
// any time later.
func Call(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, CallTimeout)
}

// CallWhile is [Call] for a backend whose calls end when it is closed: the context
// also ends with open, and has ended already if open has.
func CallWhile(ctx, open context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := Call(ctx)
	if open.Err() != nil {
		cancel()
	}
	stop := context.AfterFunc(open, cancel)
	return ctx, func() { stop(); cancel() }
}
