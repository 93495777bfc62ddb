// Command stormlock takes, renews, inspects and releases locks for operators.
//
// Results go to stdout and everything else to stderr; stdout is empty when a
// command did not get what it asked for. exit.go holds the one table from
// outcomes to exit codes.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/stormlock/stormlock/internal/escape"
	"github.com/stormlock/stormlock/internal/guarded"
	"github.com/stormlock/stormlock/internal/pluginhost"
)

func main() {
	guarded.RunIfHelper()
	pluginhost.RunIfOrphanHost()
	os.Exit(run())
}

func run() (code int) {
	defer reportPanic(&code)
	ignoreBrokenPipe()
	ctx, stop := interruptible(context.Background())
	defer stop()

	root := newRoot()
	if cmd, _, err := root.Find(os.Args[1:]); err == nil && cmd.Name() == execName {
		ownFailure.Store(true)
	}
	beforeCompletion(root, os.Args)
	cmd, err := root.ExecuteContextC(ctx)
	if err != nil {
		tell(err)
		code = finalCode(err)
	}
	remind(ctx, cmd, code)
	return code
}

// reportPanic makes a bug of ours exit 70: Go's own exit code for a panic is 2,
// which means "held by another".
func reportPanic(code *int) {
	if p := recover(); p != nil {
		fmt.Fprintf(os.Stderr, "stormlock: internal error: %s; please report it\n%s", escape.Text(fmt.Sprint(p)), debug.Stack())
		*code = exitInternal
	}
}
