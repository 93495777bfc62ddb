package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/internal/pluginhost"
)

const pinHelp = `Pin prints the line that pins a backend's executable as it is now, for its section
[backend.NAME] of the configuration file. Any other is refused then. It does not
run the executable. With require_pins = true in section [default], no backend runs
that is not pinned.`

func newBackendPin(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:     "pin NAME",
		Short:   "Print the line that pins a backend's executable",
		Long:    pinHelp,
		Example: "  stormlock backend pin redis",
		Args:    takes("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), g.timeout.duration)
			defer cancel()
			return g.pin(ctx, args[0])
		},
	}
}

func (g *globals) pin(ctx context.Context, backend string) error {
	exe, err := found(ctx, backend)
	if err != nil {
		return err
	}
	sum, err := awaited(ctx, "reading "+exe.Path, func() (string, error) { return pluginhost.Hash(exe) })
	if err != nil {
		return err
	}
	note(fmt.Sprintf("this pins %s, if it stands in section [backend.%s]", exe.Path, backend))
	if g.json {
		return writeJSON(os.Stdout, pinView{backend, exe.Path, sum})
	}
	_, err = fmt.Fprintln(os.Stdout, "sha256 = "+sum)
	return err
}
