package main

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/stormlock/stormlock/sdk"
)

// fromStdin in the place of a lease id means that stdin has it.
const fromStdin = "-"

// leaseID returns the id that an argument gives: itself, or the first line of
// stdin.
func (g *globals) leaseID(ctx context.Context, argument string) (string, error) {
	if argument != fromStdin {
		return argument, nil
	}
	ctx, cancel := context.WithTimeout(ctx, g.timeout.duration)
	defer cancel()
	stdin := os.Stdin // the reading may outlast this call
	id, ended, err := inTime(ctx, func() (string, error) { return readLeaseID(stdin) })
	if ended {
		return "", sdk.Unavailable(`no lease id came on stdin in time; write it there, or give it in the place of "-"`)
	}
	return id, err
}

// readLeaseID reads one line, and leaves what follows to the command that exec
// runs. One that is too long is cut off where it is certain to be refused.
func readLeaseID(r io.Reader) (string, error) {
	line, err := readLine(r, sdk.MaxIDLen+2)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", usage("the lease id cannot be read from stdin: " + err.Error())
	}
	id := strings.TrimSuffix(line, "\r")
	if id == "" {
		return "", usage(`there is no lease id on stdin; write it there, or give it in the place of "-"`)
	}
	return id, nil
}

// readLine reads byte by byte, up to a newline, which it leaves out, or most bytes.
func readLine(r io.Reader, most int) (line string, err error) {
	for b := make([]byte, 1); len(line) < most; line += string(b) {
		if _, err := io.ReadFull(r, b); err != nil || b[0] == '\n' {
			return line, err
		}
	}
	return line, nil
}
