package main

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/internal/config"
	"github.com/stormlock/stormlock/internal/escape"
	"github.com/stormlock/stormlock/sdk/plugin"
)

func newConfig(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "config",
		Short:   "Look at the configuration",
		Long:    "Config shows what the configuration file comes to.",
		Example: "  stormlock config show prod-db",
		Args:    noSuchCommand,
		RunE:    commandMissing,
	}
	cmd.AddCommand(newConfigShow(g))
	return cmd
}

const configShowHelp = `Show prints the settings that are in effect for a resource, those of its backend's
section included, and the file and line that each comes from. Secrets are hidden.
The backend is asked which keys are secret; if it cannot be, all of its values are
hidden. No store is asked anything.`

func newConfigShow(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:     "show RESOURCE",
		Short:   "Show the settings of a resource, and where they come from",
		Long:    configShowHelp,
		Example: "  stormlock config show prod-db",
		Args:    takes("RESOURCE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return g.with(cmd.Context(), args[0], func(ctx context.Context, s *session) error {
				return g.showConfig(ctx, s)
			})
		},
	}
}

func (g *globals) showConfig(ctx context.Context, s *session) error {
	settings, err := s.file.Explain(s.Resource)
	if err != nil {
		return err
	}
	about, err := g.describe(ctx, s.file, s.Backend)
	if err != nil {
		note(fmt.Sprintf("warning: the values of section [backend.%s] are hidden, since the backend cannot be asked which are secret: %v", s.Backend, err))
	}
	g.warnOfReadable(s.file, s.Backend, about)
	if g.json {
		return printEach(settings, func(s config.Setting) settingView { return settingViewOf(s, about) })
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, setting := range settings {
		fmt.Fprintf(table, "%s\t%s\t%s\n", settingName(setting), escape.Text(shownValue(setting, about)), escape.Text(settingSource(setting)))
	}
	return table.Flush()
}

func settingName(s config.Setting) string {
	if s.Section == "" {
		return s.Key
	}
	return escape.Text("[" + s.Section + "] " + s.Key)
}

func settingSource(s config.Setting) string {
	switch {
	case s.Source != "":
		return s.Source
	case s.Key == "principal":
		return "USER@HOST, as no file names one"
	}
	return "not set; give -t"
}

// shownValue is what may be shown of a setting.
func shownValue(s config.Setting, about plugin.Description) string {
	switch {
	case s.Value == "":
		return "-"
	case s.Section == "" || !hides(s, about):
		return s.Value
	}
	return "(hidden)"
}
