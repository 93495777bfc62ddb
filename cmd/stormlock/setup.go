package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/internal/escape"
	"github.com/stormlock/stormlock/sdk"
)

const setupHelp = `Setup creates or migrates what the store of a backend needs, such as a table,
with the settings of the section [backend.NAME], and prints the statements that
it carried out. What is there already stays as it is, leases too; to repeat it
does no harm. With --dry-run nothing is changed, and the statements that are
missing are printed, for somebody who has the rights to carry them out.`

func newBackendSetup(g *globals) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use:     "setup NAME",
		Short:   "Create or migrate what a backend's store needs",
		Long:    setupHelp,
		Example: "  stormlock backend setup --dry-run postgres\n  stormlock backend setup postgres",
		Args:    takes("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return g.setup(cmd.Context(), args[0], dryRun)
		},
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "change nothing, and print what would be carried out")
	return cmd
}

func (g *globals) setup(ctx context.Context, name string, dryRun bool) error {
	return g.withBackend(ctx, name, func(ctx context.Context, backend sdk.Backend) error {
		if !dryRun {
			settle(unknownSetup(name, errInterrupted))
		}
		statements, err := backend.Setup(ctx, dryRun)
		if len(statements) == 0 && err == nil {
			note(fmt.Sprintf("backend %q has all that it needs", name))
		}
		printing := g.printStatements(statements)
		if err != nil && !dryRun {
			err = unknownSetup(name, err)
		}
		return errors.Join(err, printing)
	})
}

func (g *globals) printStatements(statements []string) error {
	if g.json {
		return printEach(statements, func(s string) statementView { return statementView{s} })
	}
	for _, statement := range statements {
		if _, err := fmt.Fprintln(os.Stdout, escape.Text(statement)); err != nil {
			return err
		}
	}
	return nil
}

// unknownSetup says that the store may or may not have been changed.
func unknownSetup(name string, err error) error {
	if certain(err) {
		return err
	}
	return &exitError{exitUnknown, fmt.Sprintf(
		"outcome unknown: backend %q may be set up, or in part: %v; repeat the command to settle it", name, err)}
}
