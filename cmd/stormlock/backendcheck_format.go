package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/stormlock/stormlock/internal/backendcheck"
	"github.com/stormlock/stormlock/internal/escape"
)

// A checkPrinter prints the results of checks in some format.
type checkPrinter interface {
	begin(checks int) error
	add(number int, r backendcheck.Result) error
	bailOut(why string) error
}

// What can become of a check.
const (
	passed  = "passed"
	failed  = "failed"
	skipped = "skipped"
)

func outcomeOf(r backendcheck.Result) string {
	switch {
	case r.Skipped:
		return skipped
	case r.Err != nil:
		return failed
	}
	return passed
}

// tap prints the Test Anything Protocol, version 14 (testanything.org).
type tap struct{ io.Writer }

func (t tap) begin(checks int) error {
	_, err := fmt.Fprintf(t, "TAP version 14\n1..%d\n", checks)
	return err
}

func (t tap) add(number int, r backendcheck.Result) error {
	var text string
	switch outcomeOf(r) {
	case skipped:
		text = fmt.Sprintf("ok %d - %s # SKIP %s\n", number, r.Name, plainLine(r.Err.Error()))
	case failed:
		text = fmt.Sprintf("not ok %d - %s\n", number, r.Name) + diagnosis(r)
	case passed:
		text = fmt.Sprintf("ok %d - %s\n", number, r.Name)
		if r.Note != "" {
			text += "# " + plainLine(r.Note) + "\n"
		}
	}
	_, err := io.WriteString(t, text)
	return err
}

// plainLine has no line break and no "#", which would begin a directive.
func plainLine(text string) string { return strings.ReplaceAll(escape.Text(text), "#", "number") }

// diagnosis is a YAML block. A string of JSON is one of YAML.
func diagnosis(r backendcheck.Result) string {
	return fmt.Sprintf("  ---\n  message: %s\n  why: %s\n  ...\n", yamlString(r.Err.Error()), yamlString(r.Why))
}

func yamlString(text string) string {
	line, err := escape.JSON(text)
	if err != nil { // no string is without a spelling
		panic(err)
	}
	return strings.TrimSuffix(string(line), "\n")
}

func (t tap) bailOut(why string) error {
	_, err := fmt.Fprintf(t, "Bail out! %s\n", why)
	return err
}

// jsonResults prints an object a line.
type jsonResults struct{ io.Writer }

func (jsonResults) begin(int) error { return nil }

func (j jsonResults) add(_ int, r backendcheck.Result) error {
	message := r.Note
	if r.Err != nil {
		message = r.Err.Error()
	}
	return writeJSON(j, struct {
		Name    string `json:"name"`
		Outcome string `json:"outcome"`
		Message string `json:"message"`
		Why     string `json:"why"`
	}{r.Name, outcomeOf(r), message, r.Why})
}

func (jsonResults) bailOut(string) error { return nil }
