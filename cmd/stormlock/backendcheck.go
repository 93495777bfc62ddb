package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/internal/backendcheck"
	"github.com/stormlock/stormlock/sdk/nearmiss"
	"github.com/stormlock/stormlock/sdk/plugin"
)

const checkHelp = `Check runs the executable of a backend, in whatever language it is written, and looks
at whether it keeps every promise that stormlock relies on: first how it behaves as a
process, then the conformance checks, over the real protocol. It is for authors of
backends, and takes a minute or so. (For a store that you use, see: stormlock doctor.)

What follows NAME are the keys of the section [backend.NAME] of a configuration file,
which itself is not read but for a pin. They have to lead to a store that locks may be
taken in. It is set up, as "backend setup" does it; then locks are taken and released
whose names begin with "stormlock-check-" and random digits. No other is touched. A
password belongs into a file (KEY_file=PATH) or a variable (KEY_env=NAME), not into the
command line.

What is printed is TAP, version 14: one line for each check, and below one that failed
what was wrong and why it matters. With "-f json" each check is an object on a line:
name, outcome (passed, failed, skipped), message, why.

--timeout is for the start and the setup. Each answer after that may take a minute; the
limits that are checked are in docs/protocol.md. The exit code is 1 if a check has failed,
and 0 if none has.`

var checkFormats = []string{"tap", "json"}

type checkFlags struct {
	format string
	only   []string
	grace  ttlFlag
}

func newBackendCheck(g *globals) *cobra.Command {
	f := checkFlags{grace: ttlFlag{duration: 2 * time.Second}}
	cmd := &cobra.Command{
		Use:     "check [-f FORMAT] [--only CHECK] [--grace DURATION] NAME [KEY=VALUE ...]",
		Short:   "Check that a backend's executable keeps its promises",
		Long:    checkHelp,
		Example: "  stormlock backend check local path=/tmp/check/locks.db\n  stormlock backend check redis url_env=REDIS_URL\n  stormlock backend check --only ends-with-host mine",
		Args:    takesAtLeast("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return g.checkBackend(cmd.Context(), f, args[0], args[1:])
		},
	}
	addFormat(cmd, &f.format, checkFormats)
	cmd.Flags().StringArrayVar(&f.only, "only", nil, "run only the check named `CHECK`; can be repeated")
	cmd.Flags().Var(&f.grace, "grace", "how long after its end a lease may still keep others out, as where clocks are coarse")
	_ = cmd.RegisterFlagCompletionFunc("only", cobra.FixedCompletions(checkNames(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// takesAtLeast makes an argument check for a name that others may follow.
func takesAtLeast(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		return takes(name)(cmd, args[:min(len(args), 1)])
	}
}

func (g *globals) checkBackend(ctx context.Context, f checkFlags, name string, pairs []string) error {
	report, err := checkReporter(g.format(f.format))
	if err != nil {
		return err
	}
	checks, err := chosenChecks(f.only)
	if err != nil {
		return err
	}
	section, err := pairsOf(pairs)
	if err != nil {
		return err
	}
	subject, statements, err := g.prepare(ctx, name, section)
	if err != nil {
		return err
	}
	subject.Grace = f.grace.duration
	ctx, report.stop = context.WithCancel(ctx)
	defer report.stop()
	report.begin(subject, len(checks), statements)
	err = subject.Run(ctx, checks, report.add)
	return report.end(err)
}

// prepare finds the backend and sets its store up. Nothing else is told before that
// has worked.
func (g *globals) prepare(ctx context.Context, name string, section map[string]string) (backendcheck.Subject, []string, error) {
	ctx, cancel := context.WithTimeout(ctx, g.timeout.duration)
	defer cancel()
	none := backendcheck.Subject{}
	file, err := g.configIfAny(ctx)
	if err != nil {
		return none, nil, err
	}
	exe, opts, err := g.executable(ctx, file, name)
	if err != nil {
		return none, nil, err
	}
	subject := backendcheck.Subject{Executable: exe, Options: opts, Section: section}
	statements, err := subject.Setup(ctx, g.warn)
	if err != nil {
		return none, nil, unknownSetup(name, err)
	}
	return subject, statements, nil
}

// chosenChecks are those of these names; all, if there is none.
func chosenChecks(only []string) ([]backendcheck.Check, error) {
	all := backendcheck.Checks()
	if len(only) == 0 {
		return all, nil
	}
	names := checkNames()
	for _, name := range only {
		if !slices.Contains(names, name) {
			return nil, unknownCheck(name, names)
		}
	}
	return slices.DeleteFunc(all, func(c backendcheck.Check) bool { return !slices.Contains(only, c.Name) }), nil
}

func checkNames() (names []string) {
	for _, c := range backendcheck.Checks() {
		names = append(names, c.Name)
	}
	return names
}

func unknownCheck(name string, names []string) error {
	text := fmt.Sprintf("unknown check %q", name)
	if near, ok := nearmiss.Find(name, names); ok {
		return usage(text + fmt.Sprintf("; did you mean %q?", near))
	}
	return usage(text + "; the checks are " + strings.Join(names, ", "))
}

// pairsOf reads KEY=VALUE. An error does not repeat the value, which may be secret.
func pairsOf(pairs []string) (map[string]string, error) {
	section := map[string]string{}
	for i, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		key = strings.ToLower(key) // as in a configuration file
		if !ok || !plugin.ValidKey(key) {
			return nil, usage(fmt.Sprintf("argument %d after the backend's name is not KEY=VALUE", i+1))
		}
		if _, twice := section[key]; twice {
			return nil, usage(fmt.Sprintf("the key %q is given twice", key))
		}
		section[key] = value
	}
	return section, nil
}
