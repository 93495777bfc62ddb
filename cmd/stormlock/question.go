package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/stormlock/stormlock/internal/terminal"
)

// questions are put to the person at the terminal.
type questions struct{ answers *bufio.Reader }

func newQuestions() *questions { return &questions{bufio.NewReader(os.Stdin)} }

// canAsk reports whether somebody can be asked: on stderr, as stdout is for results,
// and answer on stdin.
func canAsk() bool { return terminal.Is(os.Stdin) && terminal.Is(os.Stderr) }

// ask puts a question and returns the line that is typed, without white space at its
// ends. Ctrl-C and the end of the input are errors by which nothing was changed.
func (q *questions) ask(ctx context.Context, question string) (string, error) {
	fmt.Fprint(os.Stderr, program+" "+question)
	line, interrupted, err := inTime(ctx, func() (string, error) { return q.answers.ReadString('\n') })
	switch {
	case interrupted:
		fmt.Fprintln(os.Stderr) // what follows begins a line of its own
		return "", unbroken("interrupted")
	case err != nil:
		fmt.Fprintln(os.Stderr)
		return "", unbroken("no answer was given")
	}
	return strings.TrimSpace(line), nil
}
