// Package backendcheck checks a backend's executable, in whatever language it is
// written: how it behaves as a process, and then, over the real protocol, each promise
// of package conformance, every instance being a process of its own.
//
// The checks of the process are in process.go. To add one, put it into the table
// there, and a backend that breaks it into package plugintest: a check that cannot
// fail is not a check.
package backendcheck

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/stormlock/stormlock/internal/pluginhost"
	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/conformance"
)

// A Subject is the executable to check, with the configuration of a store that may be
// used for it. No lock there is touched but those that the checks take, whose names
// begin with a prefix of their own, and which are released in the end.
type Subject struct {
	Executable pluginhost.Candidate
	Options    pluginhost.Options
	Section    map[string]string // what would be the section [backend.NAME]
	Grace      time.Duration     // as in [conformance.Store]

	namespace string // begins the names of the resources that are used
}

// A Check is one thing to check.
type Check struct {
	Name string // in kebab-case
	Why  string // what goes wrong for people if it fails; one line

	run   func(ctx context.Context, s *Subject) (note string, err error)
	alone bool // it measures time, so that nothing else is to run
}

// A Result is what became of a check.
type Result struct {
	Check
	Skipped bool
	Err     error  // why it failed, or was skipped; nil if it passed
	Note    string // what was measured, if anything was
}

// ProcessChecks returns the checks of how the executable behaves as a process.
func ProcessChecks() []Check { return slices.Clone(process) }

// Checks returns all checks, those of the process first.
func Checks() []Check {
	all := ProcessChecks()
	for _, c := range conformance.Checks() {
		all = append(all, Check{Name: c.Name, Why: c.Why, run: conforms(c)})
	}
	return all
}

// conforms makes a check of one of package conformance.
func conforms(c conformance.Check) func(context.Context, *Subject) (string, error) {
	return func(ctx context.Context, s *Subject) (string, error) {
		return "", c.Run(ctx, &conformance.Store{Open: s.Open, Namespace: s.namespace, Grace: s.Grace})
	}
}

// Open starts the executable with its configuration. The process ends when the backend
// is closed.
func (s *Subject) Open(ctx context.Context) (sdk.Backend, error) {
	return pluginhost.Open(ctx, s.Executable, s.Options, s.Section)
}

// Setup creates what the store lacks, and returns the statements that did. hear gets
// what the backend warns of.
func (s *Subject) Setup(ctx context.Context, hear func(warning string)) ([]string, error) {
	p, err := pluginhost.Start(ctx, s.Executable, s.Options)
	if err != nil {
		return nil, err
	}
	defer p.Stop(pluginhost.RollBackGrace)
	p.Backend().Configure(s.Section)
	p.Backend().OnWarning(hear)
	return p.Backend().Setup(ctx, false)
}

// try runs one check.
func (s *Subject) try(ctx context.Context, c Check) Result {
	note, err := c.run(ctx, s)
	return Result{Check: c, Note: note, Err: err, Skipped: errors.Is(err, conformance.ErrNotApplicable)}
}
