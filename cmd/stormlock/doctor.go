package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/internal/config"
	"github.com/stormlock/stormlock/internal/pluginhost"
	"github.com/stormlock/stormlock/sdk"
)

const doctorHelp = `Doctor looks at all that has to be right before a lock can be taken and relied on:
the configuration file, the backend's executable, the record of your leases, the way
to the store, the settings of the store that can lose a lock, and the clocks. Each
thing is one line:

  ok       as it should be
  warning  a lock can be lost, or something looks wrong
  error    locks cannot be taken or relied on

and says what to do. Without RESOURCE it goes by section [default] of the
configuration file; with one, by the settings of that resource, which itself is left
alone; --backend looks at another backend.

What you may do in the store is proved by doing it: doctor takes, renews, lists and
releases the lock "stormlock-doctor", which ends after 10 seconds if it cannot be
released. No other is touched. --read-only leaves that out and changes nothing.

The exit code is 1 if there is any error, and 0 if there is none.

Formats: table (the default, in colours on a terminal), oneline (tabs), json (one
object a line: level, about, message).`

type doctorFlags struct {
	format   string
	backend  string
	readOnly bool
}

func newDoctor(g *globals) *cobra.Command {
	var f doctorFlags
	cmd := &cobra.Command{
		Use:     "doctor [-f FORMAT] [--backend NAME] [--read-only] [RESOURCE]",
		Short:   "Find out what keeps locks from being taken, or can lose them",
		Long:    doctorHelp,
		Example: "  stormlock doctor\n  stormlock doctor --read-only prod-db\n  stormlock doctor -f json | grep '\"level\":\"error\"'",
		Args:    takesAtMost("RESOURCE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := notEmpty(cmd, "backend"); err != nil {
				return err
			}
			resource := defaults
			if len(args) > 0 {
				resource = args[0]
			}
			return g.doctor(cmd.Context(), f, resource)
		},
	}
	addFormat(cmd, &f.format, tableFormats)
	cmd.Flags().StringVar(&f.backend, "backend", "", "look at the backend `NAME` instead of that of the settings")
	cmd.Flags().BoolVar(&f.readOnly, "read-only", false, "take no lock and change nothing")
	return cmd
}

// takesAtMost makes an argument check for one that may be left out.
func takesAtMost(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		return takes(name)(cmd, args)
	}
}

// defaults has the settings of section [default] alone, as no resource of that
// name has a section.
const defaults = "default"

// An examination looks at one thing after the other, and tells each finding at
// once. What a step finds wrong keeps no later one from what it can still look at.
type examination struct {
	*globals
	show     findingFormat
	resource string // whose settings are looked at
	backend  string // its name, once it is known
	named    bool   // on the command line
	readOnly bool

	file      *config.File          // nil if there is none that can be read
	principal string                // of the settings, once they are known
	exe       *pluginhost.Candidate // nil if there is none that would be run
	link      *link                 // nil if the backend does not start
	reached   bool                  // the store has answered, be it with a refusal
	about     string                // what a warning is about that comes now

	all, errors int
	told        map[string]string // texts of errors, and what they were about: one cause shows in many calls
	broken      error             // why findings could not be printed
}

func (g *globals) doctor(ctx context.Context, f doctorFlags, resource string) error {
	show, err := findingFormatter(g.format(f.format))
	if err != nil {
		return err
	}
	if err := sdk.ValidateResource(resource); err != nil {
		return err
	}
	if f.backend != "" && !pluginhost.ValidName(f.backend) {
		return usage((&pluginhost.NotFoundError{Name: f.backend, Invalid: true}).Error())
	}
	if _, err := g.logger(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, g.timeout.duration)
	defer cancel()
	x := &examination{globals: g, show: show, resource: resource, backend: f.backend, named: f.backend != "", readOnly: f.readOnly, told: map[string]string{}}
	g.warning = func(text string) { x.found(sdk.LevelWarning, x.about, "%s", text) }
	x.run(ctx)
	return x.verdict()
}

// run looks at everything.
func (x *examination) run(ctx context.Context) {
	defer func() {
		if x.link != nil {
			x.link.close(ctx, true)
		}
	}()
	x.take(ctx, x.readFile, x.resolve, x.find, x.start, x.lookAtRecord, x.connect, x.check, x.prove)
}

// take takes steps until there is no time for the next.
func (x *examination) take(ctx context.Context, steps ...func(context.Context)) {
	for _, step := range steps {
		if ctx.Err() != nil {
			x.endEarly(ctx)
			return
		}
		step(ctx)
	}
}

func (x *examination) endEarly(ctx context.Context) {
	if errors.Is(ctx.Err(), context.Canceled) {
		x.found(sdk.LevelError, "doctor", "interrupted; what comes after this was not looked at")
		return
	}
	x.found(sdk.LevelError, "doctor", "--timeout is over after %s; what comes after this was not looked at", x.timeout.String())
}

// found tells a finding of our own.
func (x *examination) found(level sdk.Level, about, format string, args ...any) {
	x.tell(sdk.Found(level, about, format, args...))
}

// fault tells an error, unless it was told before.
func (x *examination) fault(about string, err error) {
	text := x.completedBy(err).Error()
	if x.told[text] == "" {
		x.told[text] = about
		x.found(sdk.LevelError, about, "%s", text)
	}
}

func (x *examination) completedBy(err error) error {
	if x.file == nil {
		return err
	}
	return x.completed(x.file, x.backend, err)
}

func (x *examination) tell(f sdk.Finding) {
	x.all++
	if f.Level == sdk.LevelError {
		x.errors++
	}
	if err := x.show(f); err != nil {
		x.broken = err
	}
}

// verdict is the outcome of the command.
func (x *examination) verdict() error {
	switch {
	case x.broken != nil:
		return &exitError{exitInternal, fmt.Sprintf("printing what was found failed: %v", x.broken)}
	case x.errors > 0:
		return &exitError{exitNone, fmt.Sprintf("%d of %d findings are errors", x.errors, x.all)}
	}
	return nil
}

// shortly is a duration as people want to read it.
func shortly(d time.Duration) string { return d.Round(100 * time.Microsecond).String() }
