package main

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/internal/config"
	"github.com/stormlock/stormlock/internal/escape"
	"github.com/stormlock/stormlock/internal/pluginhost"
	"github.com/stormlock/stormlock/internal/terminal"
	"github.com/stormlock/stormlock/sdk/plugin"
)

func newBackend(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "backend",
		Short:   "Look at the backends that are installed",
		Long:    "A backend is an executable named stormlock-backend-NAME in a directory of PATH,\nor beside stormlock itself.",
		Example: "  stormlock backend list\n  stormlock backend describe redis\n  stormlock backend pin redis\n  stormlock backend setup postgres\n  stormlock backend check local path=/tmp/check/locks.db",
		Args:    noSuchCommand,
		RunE:    commandMissing,
	}
	cmd.AddCommand(newBackendList(g), newBackendDescribe(g), newBackendPin(g), newBackendSetup(g), newBackendCheck(g))
	return cmd
}

func newBackendList(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the backends that are installed",
		Long:    "List shows every backend's executable, in the order in which they are looked for,\nwhat hides what, and what is refused and why. It runs none of them.",
		Example: "  stormlock backend list",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), g.timeout.duration)
			defer cancel()
			all, err := awaited(ctx, "looking for backends", func() ([]pluginhost.Candidate, error) {
				return pluginhost.List(pluginhost.Directories()), nil
			})
			if err != nil {
				return err
			}
			return g.printBackends(all)
		},
	}
}

func (g *globals) printBackends(found []pluginhost.Candidate) error {
	if len(found) == 0 {
		note("no executable stormlock-backend-… was found on PATH")
	}
	if g.json {
		return printEach(found, backendViewOf)
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, c := range found {
		fmt.Fprintf(table, "%s\t%s\t%s\n", c.Name, escape.Text(c.Path), terminal.Paint(os.Stdout, statusStyle(c), escape.Text(status(c))))
	}
	return table.Flush()
}

func status(c pluginhost.Candidate) string {
	switch {
	case c.Refused != nil:
		return "refused: " + c.Refused.Error()
	case c.ShadowedBy != "":
		return "hidden by " + c.ShadowedBy
	}
	return "ok"
}

func statusStyle(c pluginhost.Candidate) terminal.Style {
	switch {
	case c.Refused != nil:
		return terminal.Red
	case c.ShadowedBy != "":
		return terminal.Yellow
	}
	return terminal.Green
}

func newBackendDescribe(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:     "describe NAME",
		Short:   "Show a backend's version and configuration keys",
		Long:    "Describe runs a backend's executable and shows its version and the keys of its\nsection [backend.NAME]. It needs no configuration file, but keeps to the pins of\none that is there.",
		Example: "  stormlock backend describe redis",
		Args:    takes("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), g.timeout.duration)
			defer cancel()
			file, err := g.configIfAny(ctx)
			if err != nil {
				return err
			}
			about, err := g.describe(ctx, file, args[0])
			if err != nil {
				return err
			}
			if g.json {
				return writeJSON(os.Stdout, about)
			}
			return printDescription(about)
		},
	}
}

// describe asks a backend about itself. file may be nil.
func (g *globals) describe(ctx context.Context, file *config.File, backend string) (plugin.Description, error) {
	p, err := g.start(ctx, file, backend)
	if err != nil {
		return plugin.Description{}, err
	}
	defer stopAfter(ctx, p)
	say("asking backend %s to describe itself", backend)
	return p.Backend().Describe(ctx)
}

func printDescription(about plugin.Description) error {
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "%s %s\n", escape.Text(about.Name), escape.Text(about.Version))
	for _, o := range about.Options {
		fmt.Fprintf(table, "  %s\t%s\t%s\n", escape.Text(o.Key), escape.Text(o.Help), escape.Text(traits(o)))
	}
	return table.Flush()
}

func traits(o plugin.Option) string {
	text := ""
	if o.Required {
		text += " required"
	}
	if o.Default != "" {
		text += " default: " + o.Default
	}
	if o.Secret {
		text += fmt.Sprintf(" (secret: %s_file or %s_env can name where it is)", o.Key, o.Key)
	}
	return text
}
