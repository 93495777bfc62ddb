package main

import (
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// completable lets the shells complete what every command below root takes: its
// arguments by the names that its line of use has for them, its flags by theirs.
// Nothing is a file unless it is said to be.
func (g *globals) completable(root *cobra.Command) {
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	g.completeFlags(root, root.PersistentFlags())
	for _, cmd := range root.Commands() {
		g.completeCommand(cmd)
	}
}

func (g *globals) completeCommand(cmd *cobra.Command) {
	g.completeFlags(cmd, cmd.Flags())
	if names, endless := operands(cmd.Use); cmd.ValidArgsFunction == nil && len(names) > 0 {
		cmd.ValidArgsFunction = g.completeOperands(names, endless)
	}
	for _, sub := range cmd.Commands() {
		g.completeCommand(sub)
	}
}

// optionGroup is a flag in a line of use, with its value.
var optionGroup = regexp.MustCompile(`\[-[^\]]*\]`)

// operands returns the names of the arguments in a line of use, in order, and
// whether the last stands for any number.
func operands(use string) (names []string, endless bool) {
	for _, word := range strings.Fields(optionGroup.ReplaceAllString(use, "")) {
		name := strings.Trim(word, "[]{}()|.…")
		if name == "" || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") != "" {
			continue
		}
		names = append(names, name)
		endless = strings.Contains(word, "...") || strings.Contains(word, "…")
	}
	return names, endless
}

// completeOperands completes the arguments of these names. Those that stormlock
// knows nothing of, as a command to run, are left to the shell.
func (g *globals) completeOperands(names []string, endless bool) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		at := len(args)
		if endless {
			at = min(at, len(names)-1)
		}
		if at >= len(names) {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var sources []source
		switch names[at] {
		case "RESOURCE", "PREFIX":
			sources = g.resources(typed)
		case "LEASE_ID":
			sources = []source{idsOnRecord(args[0])}
		case "NAME", "BACKEND":
			sources = []source{installedBackends}
		default:
			return nil, cobra.ShellCompDirectiveDefault
		}
		return complete(cmd.Context(), typed, sources...)
	}
}

// completeFlags completes the values of flags: files, backends, and what a flag's
// help lists.
func (g *globals) completeFlags(cmd *cobra.Command, flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		var how cobra.CompletionFunc
		switch values := namedIn(f.Usage); {
		case f.Name == "config":
			how = cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault)
		case f.Name == "backend":
			how = g.completeOperands([]string{"BACKEND"}, true)
		case values != nil:
			how = cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveKeepOrder)
		default:
			return
		}
		if _, known := cmd.GetFlagCompletionFunc(f.Name); !known {
			_ = cmd.RegisterFlagCompletionFunc(f.Name, how) // the flag is there
		}
	})
}

// valueList is what the help of a flag says, or ends in, that takes one of a few
// values: "a, b or c", or "a or b".
var valueList = regexp.MustCompile(`^(?:[^:]*: )?((?:[a-z]+, )*[a-z]+ or [a-z]+)$`)

// namedIn returns the values that a flag's help lists.
func namedIn(usage string) []string {
	list := valueList.FindStringSubmatch(usage)
	if list == nil {
		return nil
	}
	return strings.Split(strings.ReplaceAll(list[1], " or ", ", "), ", ")
}

// lineVariable has the line that is to be completed, as it was typed, where a shell
// would otherwise carry out what is in it (see safer).
const lineVariable = "STORMLOCK_COMPLETION_LINE"

// beforeCompletion prepares for being called by a shell that completes a line: then
// nothing belongs on stderr, whatever is wrong.
func beforeCompletion(root *cobra.Command, args []string) {
	line := os.Getenv(lineVariable)
	_ = os.Unsetenv(lineVariable) // it is nobody else's business
	// An alias may have flags before it.
	at := slices.IndexFunc(args, func(arg string) bool {
		return arg == cobra.ShellCompRequestCmd || arg == cobra.ShellCompNoDescRequestCmd
	})
	if at < 1 || at > 1 && line == "" {
		return
	}
	if null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stderr = null
		root.SetErr(null)
	}
	if words := shellWords(line); len(words) > 2 {
		root.SetArgs(slices.Concat(args[1:at], words[1:]))
	}
}
