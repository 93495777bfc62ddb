package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/internal/config"
	"github.com/stormlock/stormlock/internal/escape"
	"github.com/stormlock/stormlock/internal/leases"
	"github.com/stormlock/stormlock/sdk"
)

// takesLeaseOrAll is the argument check of release.
func takesLeaseOrAll(all *bool) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case !*all:
			return takesLease(cmd, args)
		case len(args) > 0:
			return usage(fmt.Sprintf("--all releases all that is on record; leave it out to release resource %q, or leave that out", args[0]))
		}
		return nil
	}
}

// A clearance releases what is on record, one lease after the other.
type clearance struct {
	by     globals // whose configuration file is that of the lease at hand
	strict bool
	print  func(io.Writer, cleared) error

	left, all int // how many are not released yet, of how many
	code      int // the exit code so far
}

func (g *globals) releaseAll(ctx context.Context, strict bool) error {
	notes, err := g.onRecord(ctx)
	if err != nil {
		return err
	}
	c := &clearance{by: *g, strict: strict, print: clearedLine, left: len(notes), all: len(notes)}
	if g.json {
		c.print = func(w io.Writer, done cleared) error { return writeJSON(w, done) }
	}
	for _, n := range notes {
		c.settle()
		if err := c.release(ctx, n); err != nil {
			c.fail(n, err)
		}
	}
	return c.outcome()
}

// settle makes the outcome what is told if nothing more is waited for.
func (c *clearance) settle() {
	settle(&exitError{cmp.Or(c.code, exitUnavailable), "interrupted twice; " + c.summary()})
}

// release releases one lease and prints how it is over. Each has all of --timeout.
func (c *clearance) release(ctx context.Context, n leases.Note) error {
	done := cleared{Resource: n.Resource, ID: n.ID(), Backend: n.Backend, Config: n.Config}
	err := c.by.withNote(ctx, n, func(ctx context.Context, s *session) (err error) {
		done.Outcome, err = s.release(ctx, sdk.Lease{Resource: n.Resource, ID: n.ID()}, c.strict)
		return err
	})
	if err != nil {
		return err
	}
	c.left--
	if err := c.print(os.Stdout, done); err != nil {
		return fmt.Errorf("the lease is %s, but printing that failed: %w", done.Outcome, err)
	}
	return nil
}

// withNote runs do with a session for the backend and the configuration file that a
// lease was taken with. What that file says of the resource by now does not matter.
func (g *globals) withNote(ctx context.Context, n leases.Note, do func(context.Context, *session) error) error {
	ctx, cancel := context.WithTimeout(ctx, g.timeout.duration)
	defer cancel()
	g.config = n.Config
	file, err := g.readConfig(ctx)
	if err == nil {
		err = nameable(file, n.Backend)
	}
	if err != nil {
		return err
	}
	return g.conduct(ctx, file, config.Settings{Resource: n.Resource, Backend: n.Backend, File: n.Config}, do)
}

// fail tells why a lease is not released. An unknown outcome decides the exit code,
// else the first failure does.
func (c *clearance) fail(n leases.Note, err error) {
	note(fmt.Sprintf("resource %q by %s: %v", n.Resource, n.Config, err))
	if code := exitCode(err); c.code == 0 || code == exitUnknown {
		c.code = code
	}
}

func (c *clearance) outcome() error {
	if c.code == exitDone {
		return nil
	}
	return &exitError{c.code, c.summary()}
}

func (c *clearance) summary() string {
	return fmt.Sprintf("%d of %d leases on record are not released; see: stormlock mine", c.left, c.all)
}

// A cleared is a lease that is over, as "release --all" shows it.
type cleared struct {
	Resource string `json:"resource"`
	Outcome  ended  `json:"outcome"`
	Backend  string `json:"backend"`
	ID       string `json:"id"`
	Config   string `json:"config"`
}

func clearedLine(w io.Writer, c cleared) error {
	_, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n",
		escape.Text(c.Resource), c.Outcome, escape.Text(c.Backend), escape.Text(c.ID), escape.Text(c.Config))
	return err
}
