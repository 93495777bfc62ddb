package main

import (
	"fmt"
	"os"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/sdk/buildinfo"
	"github.com/stormlock/stormlock/sdk/plugin"
)

func newVersion(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Long:    "Version prints stormlock's version and that of the protocol that it speaks with\nbackends.",
		Example: "  stormlock version",
		Args:    takes(),
		RunE: func(*cobra.Command, []string) error {
			if g.json {
				return writeJSON(os.Stdout, versionView{buildinfo.Version(), plugin.ProtocolVersion, runtime.Version(), runtime.GOOS, runtime.GOARCH})
			}
			_, err := fmt.Fprintf(os.Stdout, "stormlock %s (protocol %d, %s, %s/%s)\n",
				buildinfo.Version(), plugin.ProtocolVersion, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
