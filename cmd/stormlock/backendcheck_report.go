package main

import (
	"fmt"
	"os"

	"github.com/stormlock/stormlock/internal/backendcheck"
)

// A checkReport prints results as they come.
type checkReport struct {
	printer checkPrinter
	all     int // of the checks that ran
	failed  int
	broken  error  // why results could not be printed
	stop    func() // called then: nobody reads the others
}

func checkReporter(name string) (*checkReport, error) {
	switch name {
	case "tap":
		return &checkReport{printer: tap{os.Stdout}}, nil
	case "json":
		return &checkReport{printer: jsonResults{os.Stdout}}, nil
	}
	return nil, unknownFormat(name, checkFormats)
}

func (r *checkReport) begin(s backendcheck.Subject, checks int, statements []string) {
	say("checking %s", s.Executable.Path)
	r.print(r.printer.begin(checks))
	for _, statement := range statements {
		note("set up: " + statement)
	}
}

func (r *checkReport) add(result backendcheck.Result) {
	r.all++
	if outcomeOf(result) == failed {
		r.failed++
	}
	r.print(r.printer.add(r.all, result))
}

func (r *checkReport) print(err error) {
	if err != nil && r.broken == nil {
		r.broken = err
		r.stop()
	}
}

// end is the outcome of the command. err is why not all checks ran.
func (r *checkReport) end(err error) error {
	if err != nil {
		r.print(r.printer.bailOut("interrupted"))
	}
	switch {
	case r.broken != nil:
		return &exitError{exitInternal, fmt.Sprintf("printing the results failed: %v", r.broken)}
	case err != nil:
		return &exitError{exitUnavailable, fmt.Sprintf("interrupted after %d checks; what the others had locked is released, unless the store did not answer", r.all)}
	case r.failed > 0:
		return &exitError{exitNone, fmt.Sprintf("%d of %d checks failed", r.failed, r.all)}
	}
	return nil
}
