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

	"github.com/stormlock/stormlock/internal/escape"
)

func main() { os.Exit(run()) }

func run() int {
	ignoreBrokenPipe()
	ctx, stop := interruptible(context.Background())
	defer stop()

	err := newRoot().ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	if text := err.Error(); text != "" {
		// Parts of the text are written by others: holders, servers, plugins.
		fmt.Fprintln(os.Stderr, "stormlock: "+escape.Text(text))
	}
	return exitCode(err)
}
