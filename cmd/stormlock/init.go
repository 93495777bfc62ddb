package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/internal/config"
	"github.com/stormlock/stormlock/internal/escape"
	"github.com/stormlock/stormlock/sdk/plugin"
)

const initHelp = `Init writes a commented configuration file for a backend, "local" unless named,
and prints its path: what -c or STORMLOCK_CONFIG names, else
$XDG_CONFIG_HOME/stormlock.cfg (or ~/.config/stormlock.cfg). It never overwrites
a file.`

func newInit(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:     "init [BACKEND]",
		Short:   "Write a first configuration file",
		Long:    initHelp,
		Example: "  stormlock init\n  stormlock -c ./.stormlock.cfg init redis",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) <= 1 {
				return nil
			}
			return takes("BACKEND")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return g.init(cmd, append(args, "local")[0])
		},
	}
}

func (g *globals) init(cmd *cobra.Command, backend string) error {
	path, err := config.StarterPath(g.config, g.environment())
	if err != nil {
		return err
	}
	// Looked at first, so that nobody waits for a plugin in vain; O_EXCL below
	// decides.
	if _, err := os.Lstat(path); err == nil {
		return exists(path)
	}
	about, err := g.describeFor(cmd.Context(), backend)
	if err != nil {
		return err
	}
	if err := writeNew(path, starter(backend, about)); err != nil {
		return err
	}
	g.noteHidden(path)
	if g.json {
		return writeJSON(os.Stdout, fileView{path})
	}
	_, err = fmt.Fprintln(os.Stdout, escape.Text(path))
	return err
}

// describeFor asks a backend about itself, to write a file about it. Where that
// file is named there is no other; else the pins of one that is found count.
func (g *globals) describeFor(ctx context.Context, backend string) (about plugin.Description, err error) {
	ctx, cancel := context.WithTimeout(ctx, g.timeout.duration)
	defer cancel()
	var file *config.File
	if g.config == "" && os.Getenv(config.FileVariable) == "" {
		if file, err = g.configIfAny(ctx); err != nil {
			return about, err
		}
	}
	return g.describe(ctx, file, backend)
}

func exists(path string) error {
	return &exitError{exitConfig, fmt.Sprintf("%s exists and is not overwritten; edit it, or name another file with -c", path)}
}

// writeNew creates a file, readable by its owner only, for it may come to hold
// a password.
func writeNew(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return notWritten(path, err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return exists(path)
	}
	if err != nil {
		return notWritten(path, err)
	}
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return notWritten(path, errors.Join(err, os.Remove(path)))
	}
	return nil
}

func notWritten(path string, err error) error {
	return &exitError{exitConfig, fmt.Sprintf("cannot write %s: %v; name another file with -c", path, err)}
}

// noteHidden tells if the file just written is not the one that will be read.
func (g *globals) noteHidden(path string) {
	read, err := config.Locate(g.config, g.environment())
	if err == nil && read != path {
		note(fmt.Sprintf("warning: %s is read before %s", read, path))
	}
}

// starter is the text of a first configuration file.
func starter(backend string, about plugin.Description) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# stormlock's configuration. Lines that begin with # are comments; what follows
# a value on its line is part of the value.

[default]
# Where locks are kept; see: stormlock backend list
backend = %s
# How long a lock lasts unless it is renewed, such as 30s, 5 minutes, 2 days.
ttl = 1 hour
# Who you are, for others to read. Without it: USER@HOST.
# principal = ana@example.com
# The longest that anybody may ask for, and whether a reason (-m) has to be given;
# a request outside of that is refused.
# max_ttl = 8 hours
# reason = required

# A section named like a resource overrides the above for that resource:
# [prod-db]
# ttl = 15 minutes
# max_ttl = 2 hours

[backend.%s]
`, backend, backend)
	for _, o := range about.Options {
		b.WriteString(starterKey(o))
	}
	return b.String()
}

// starterKey is a commented key with its default; one that is required stands
// there to be filled in.
func starterKey(o plugin.Option) string {
	text := "# " + oneLineOf(o.Help) + "\n"
	if o.Secret {
		text += fmt.Sprintf("# (or, to keep it out of this file: %s_file = PATH, or %s_env = VARIABLE)\n", o.Key, o.Key)
	}
	if o.Required {
		return text + o.Key + " = \n"
	}
	return text + strings.TrimRight("# "+o.Key+" = "+oneLineOf(o.Default), " ") + "\n"
}

// oneLineOf keeps a plugin's text from ending a comment, and from acting on the
// terminal that the file is shown on.
func oneLineOf(s string) string { return escape.Text(strings.Join(strings.Fields(s), " ")) }
