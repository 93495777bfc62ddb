package sdk

import (
	"context"
	"fmt"
)

// Warn tells the operator something that changes no outcome, such as that a
// connection is not encrypted. stormlock prints it on stderr, escaped, each time
// that the command runs. ctx is that of a call, or the one given to the function
// that opens a backend; anywhere else the text goes nowhere. It must hold no
// secret, and says in one line what, where and what to do.
func Warn(ctx context.Context, format string, args ...any) {
	if hear, ok := ctx.Value(warningKey{}).(func(string)); ok {
		hear(fmt.Sprintf(format, args...))
	}
}

// CatchWarnings returns a context of which hear gets the warnings. It may be
// called from several goroutines at once.
func CatchWarnings(ctx context.Context, hear func(text string)) context.Context {
	return context.WithValue(ctx, warningKey{}, hear)
}

type warningKey struct{}
