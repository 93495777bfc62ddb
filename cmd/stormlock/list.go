package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/internal/config"
	"github.com/stormlock/stormlock/internal/pluginhost"
	"github.com/stormlock/stormlock/internal/terminal"
	"github.com/stormlock/stormlock/sdk"
)

const listHelp = `List shows every active lease of a backend: whoever holds a lock there, and on
what. The backend is that of section [default], or the one that --backend names.
Up to 1000 leases are sorted by resource; more come as the store yields them. If
nothing is held, nothing is printed and the exit code is 0. If the store fails
in the middle, the exit code is 69, and stderr says that the list is not
complete.

Formats: table (the default), cut to the width of a terminal; oneline (resource,
principal, time of creation, seconds left and reason, separated by tabs); json
(one object a line). Only json shows lease ids: they release a lock.`

type listFlags struct {
	format  string
	prefix  string
	backend string
	watch   bool
}

func newList(g *globals) *cobra.Command {
	var f listFlags
	cmd := &cobra.Command{
		Use:     "list [-f FORMAT] [--prefix PREFIX] [--backend NAME] [--watch]",
		Short:   "List every active lease of a backend",
		Long:    listHelp,
		Example: "  stormlock list\n  stormlock list --prefix prod/ -f json\n  stormlock list --watch",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.format = g.format(f.format)
			if err := cmp.Or(notEmpty(cmd, "backend", "prefix"), f.check()); err != nil {
				return err
			}
			return g.survey(cmd.Context(), f)
		},
	}
	addFormat(cmd, &f.format, tableFormats)
	cmd.Flags().StringVar(&f.prefix, "prefix", "", "only resources whose names begin with it")
	cmd.Flags().StringVar(&f.backend, "backend", "", "the backend `NAME`, instead of that of section [default]")
	cmd.Flags().BoolVar(&f.watch, "watch", false, "show the list on the whole terminal, and again every two seconds, until Ctrl-C")
	return cmd
}

// check refuses what makes no sense before anything else happens.
func (f listFlags) check() error {
	switch {
	case listFormats[f.format] == nil:
		return unknownFormat(f.format, tableFormats)
	case f.watch && f.format != "table":
		return usage("--watch shows a table; for another format run in a loop: stormlock list -f " + f.format)
	case f.watch && !terminal.HasScreen(os.Stdout):
		return usage("--watch needs a terminal with a screen on stdout; for anything else run in a loop: stormlock list -f json")
	}
	return sdk.ValidatePrefix(f.prefix)
}

// survey lists, or watches, what the flags say. Only reading the configuration
// is over with the first list.
func (g *globals) survey(ctx context.Context, f listFlags) error {
	bounded, cancel := context.WithTimeout(ctx, g.timeout.duration)
	defer cancel()
	file, err := g.readConfig(bounded)
	if err != nil {
		return err
	}
	name, err := f.chosen(file)
	if err != nil {
		return err
	}
	s := &survey{g: g, file: file, backend: name, prefix: f.prefix, link: g.link(file, name)}
	if f.watch {
		defer s.link.close(ctx, true)
		return s.watch(ctx)
	}
	defer s.link.close(bounded, true)
	return s.list(bounded, f.format)
}

// chosen is the name of the backend that is meant.
func (f listFlags) chosen(file *config.File) (string, error) {
	if f.backend != "" {
		return f.backend, nameable(nil, f.backend)
	}
	name, err := file.DefaultBackend()
	switch {
	case err != nil:
		return "", err
	case name == "":
		return "", noDefault(file)
	}
	return name, nameable(file, name)
}

// noDefault names the backends that can be meant. What no backend is called is
// left out: it may be a URL with a password, under the wrong key.
func noDefault(file *config.File) error {
	advice := "set backend = NAME there, or name one with --backend"
	used := slices.DeleteFunc(file.OtherBackends(), func(name string) bool { return !pluginhost.ValidName(name) })
	if len(used) > 0 {
		advice = "name one with --backend: sections of resources use " + strings.Join(used, ", ")
	}
	return &exitError{exitConfig, fmt.Sprintf("%s: section [default] has no backend; %s", file.Position(defaults, ""), advice)}
}
