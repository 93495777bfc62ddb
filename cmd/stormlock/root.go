package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/sdk/buildinfo"
)

// globals are the flags of every command.
type globals struct {
	config   string
	timeout  ttlFlag
	logLevel string
	json     bool

	warned  []string          // what was told already
	warning func(text string) // who gets warnings; nil: stderr does
}

const rootExample = `  stormlock init                             write a first configuration file
  stormlock doctor                           check it, and the store
  stormlock list                             which locks are held, by whom and why
  stormlock current prod-db                  who holds this one
  stormlock exec -m "patch 1.2" prod-db -- ./patch.sh   run a command under a lock
  id=$(stormlock acquire -m "patch 1.2" prod-db)
  id=$(stormlock acquire --wait 10m prod-db)   wait until it is free
  stormlock renew prod-db "$id"
  stormlock release prod-db "$id"
  stormlock mine                             what you hold or may hold
  stormlock break prod-db                    take it from whoever holds it`

func newRoot() *cobra.Command {
	g := &globals{timeout: ttlFlag{duration: defaultTimeout}, logLevel: "warn"}
	root := &cobra.Command{
		Use:               "stormlock",
		Short:             "Take a lock before a dangerous operation",
		Long:              rootHelp(),
		Example:           rootExample,
		Version:           buildinfo.Version(),
		Args:              noSuchCommand,
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return notEmpty(cmd, "config", "lease-id", "lease") },
		RunE: func(cmd *cobra.Command, _ []string) error {
			cmd.SetOut(os.Stderr) // help that nobody asked for is not a result
			_ = cmd.Help()
			return &exitError{code: exitUsage}
		},
	}
	flags := root.PersistentFlags()
	flags.StringVarP(&g.config, "config", "c", "", "configuration `FILE`")
	flags.Var(&g.timeout, "timeout", "how long the command may take")
	flags.BoolVarP(&verbose, "verbose", "v", false, "tell on stderr what is being asked of whom")
	flags.StringVar(&g.logLevel, "log-level", g.logLevel, "what to log on stderr: trace, debug, info, warn, error or off")
	flags.BoolVar(&g.json, "json", false, "print what goes to stdout as JSON, one object a line")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage(fmt.Sprintf("%v; see: %s --help", err, cmd.CommandPath()))
	})
	root.AddCommand(
		newAcquire(g), newRelease(g), newRenew(g), newExec(g), newBreak(g),
		newCurrent(g), newIsHeld(g), newList(g), newMine(g),
		newInit(g), newBackend(g), newConfig(g), newDoctor(g), newVersion(g),
	)
	strict(root)
	grouped(root)
	g.completable(root)
	return root
}

// strict makes the commands that cobra adds refuse what they do not know.
func strict(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "help":
			cmd.Args = knownCommand
		case "completion":
			cmd.Args = noSuchCommand
			cmd.RunE = commandMissing
			cmd.Long = completionHelp
			saferScripts(cmd)
		}
	}
}

// knownCommand checks the arguments of help.
func knownCommand(cmd *cobra.Command, args []string) error {
	found, rest, err := cmd.Root().Find(args)
	if err == nil && len(rest) == 0 {
		return nil
	}
	if found == nil || len(rest) == 0 {
		found, rest = cmd.Root(), args
	}
	return noSuchCommand(found, rest)
}

// commandMissing is what a command that only has others below it does.
func commandMissing(cmd *cobra.Command, _ []string) error {
	return usage("a command is missing; see: " + cmd.CommandPath() + " --help")
}

// notEmpty refuses flags that are given without a value, as by a script whose
// variable is not set: they would be taken for absent.
func notEmpty(cmd *cobra.Command, flags ...string) error {
	for _, name := range flags {
		if f := cmd.Flags().Lookup(name); f != nil && f.Changed && f.Value.String() == "" {
			return usage("--" + name + " is empty; see: " + cmd.CommandPath() + " --help")
		}
	}
	return nil
}

func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	text := fmt.Sprintf("unknown command %q", args[0])
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		text += fmt.Sprintf("; did you mean %q?", near[0])
	}
	return usage(text + "; see: " + cmd.CommandPath() + " --help")
}

// takes makes an argument check that says what is missing or too much.
func takes(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return usage(fmt.Sprintf("%s is missing; use: %s", strings.Join(names[len(args):], " and "), cmd.UseLine()))
		case len(args) > len(names):
			return usage(fmt.Sprintf("unexpected argument %q; use: %s", args[len(names)], cmd.UseLine()))
		}
		return nil
	}
}
