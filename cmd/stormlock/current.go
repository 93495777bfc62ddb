package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/boottime"
)

const currentHelp = `Current shows the active lease of a resource: principal, time of creation and
lease id, separated by tabs. If there is none, the exit code is 1.

Formats: oneline (the default), lines (one value a line), rows (every value with
its name), cols (a table), id, json.`

func newCurrent(g *globals) *cobra.Command {
	var format string
	var idOnly bool
	cmd := &cobra.Command{
		Use:     "current [-f FORMAT] [--id-only] RESOURCE",
		Short:   "Show who holds a lock",
		Long:    currentHelp,
		Example: "  stormlock current prod-db\n  stormlock current -f json prod-db",
		Args:    takes("RESOURCE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if idOnly {
				format = "id"
			}
			print, err := formatter(g.format(format))
			if err != nil {
				return err
			}
			return g.with(cmd.Context(), args[0], func(ctx context.Context, s *session) error {
				return s.current(ctx, print)
			})
		},
	}
	addFormat(cmd, &format, formatNames())
	cmd.Flags().BoolVar(&idOnly, "id-only", false, "the lease id only; the same as -f id")
	return cmd
}

func (s *session) current(ctx context.Context, print format) error {
	lease, err := s.now(ctx)
	if err != nil {
		return err
	}
	return print(os.Stdout, viewOf(lease, s.Backend))
}

// now is the current lease as it stands when the answer is here: one that has
// ended on the way is none. If there is none, the error says so, with its exit
// code.
func (s *session) now(ctx context.Context) (sdk.Lease, error) {
	var lease sdk.Lease
	sent := boottime.Now()
	err := s.link.ask(ctx, func(ctx context.Context, backend sdk.Backend) (err error) {
		sent = boottime.Now()
		lease, err = backend.Current(ctx, s.Resource)
		return err
	})
	lease.TTL -= elapsed(sent)
	switch {
	case errors.Is(err, sdk.ErrNotHeld) || err == nil && lease.TTL <= 0:
		return sdk.Lease{}, &exitError{exitNone, fmt.Sprintf("nobody holds resource %q", s.Resource)}
	case err != nil:
		return sdk.Lease{}, err
	}
	return lease, nil
}
