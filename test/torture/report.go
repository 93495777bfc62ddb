//go:build linux

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/stormlock/stormlock/test/torture/check"
)

// A verdict is what came of one history.
type verdict struct {
	Ops        int      `json:"ops"`
	Unknown    int      `json:"unknown"` // ops with an unknown outcome
	Seconds    float64  `json:"seconds"`
	Invalid    string   `json:"invalid,omitempty"` // why it does not count
	Violations []string `json:"violations,omitempty"`

	ops []check.Op
}

func (v verdict) String() string {
	switch {
	case len(v.Violations) > 0:
		return fmt.Sprintf("%d VIOLATIONS", len(v.Violations))
	case v.Invalid != "":
		return "invalid: " + v.Invalid
	}
	return "clean"
}

// An entry is one line of the report file.
type entry struct {
	Backend string `json:"backend"`
	Fault   string `json:"fault"`
	Seeded  string `json:"seeded,omitempty"` // the fault of the program
	Seed    uint64 `json:"seed"`
	Sum     string `json:"executables"` // the hash of what ran
	verdict
}

// A report is a file to which histories are added, so that a run can go on
// where another stopped.
type report struct {
	path    string
	entries []entry
}

func openReport(path string) (*report, error) {
	r := &report{path: path}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	for lines := json.NewDecoder(file); ; {
		var e entry
		if err := lines.Decode(&e); errors.Is(err, io.EOF) {
			return r, nil
		} else if err != nil {
			return nil, fmt.Errorf("%s: line %d: %w; remove the line, or give another -report", path, len(r.entries)+1, err)
		}
		r.entries = append(r.entries, e)
	}
}

func (r *report) add(e entry) error {
	r.entries = append(r.entries, e)
	file, err := os.OpenFile(r.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	line, err := json.Marshal(e)
	if err == nil {
		_, err = file.Write(append(line, '\n'))
	}
	return errors.Join(err, file.Close(), r.keep(e))
}

// keep writes down all that was said in a history with violations, for a person
// to read.
func (r *report) keep(e entry) error {
	if len(e.Violations) == 0 || e.Seeded != "" {
		return nil
	}
	var text strings.Builder
	for _, line := range e.Violations {
		fmt.Fprintln(&text, line)
	}
	for _, op := range e.ops {
		fmt.Fprintln(&text, op)
	}
	return os.WriteFile(fmt.Sprintf("%s.%s-%d.txt", r.path, fileName(e.Backend+"-"+e.Fault), e.Seed), []byte(text.String()), 0o644)
}

// fileName makes a name that needs no quotes.
func fileName(text string) string {
	return strings.NewReplacer(" ", "-", "/", "-", ">", "over").Replace(text)
}

// A tally adds up histories.
type tally struct {
	histories, invalid, ops, unknown, violations int

	last uint64 // seed that was begun
}

func (t tally) String() string {
	return fmt.Sprintf("%d | %d | %d | %d | %d", t.histories, t.ops, t.unknown, t.violations, t.invalid)
}

// join adds up two tallies.
func (t *tally) join(other tally) {
	t.histories += other.histories
	t.invalid += other.invalid
	t.ops += other.ops
	t.unknown += other.unknown
	t.violations += other.violations
	t.last = max(t.last, other.last)
}

func (t *tally) add(v verdict) {
	t.violations += len(v.Violations)
	if v.Invalid != "" {
		t.invalid++
		return
	}
	t.histories++
	t.ops += v.Ops
	t.unknown += v.Unknown
}

// of adds up what a cell has by some executables.
func (r *report) of(c cell, sum string) (t tally) {
	for _, e := range r.entries {
		if e.isOf(c) && e.Sum == sum {
			t.add(e.verdict)
			t.last = max(t.last, e.Seed)
		}
	}
	return t
}

func (e *entry) isOf(c cell) bool {
	return e.Backend == c.backend && e.Fault == c.fault.name && e.Seeded == ""
}

// latest is the sum of the executables that a cell was last run with.
func (r *report) latest(c cell) (sum string) {
	for _, e := range r.entries {
		if e.isOf(c) {
			sum = e.Sum
		}
	}
	return sum
}

// table writes what docs/reliability.md shows: of each cell the histories of the
// latest executables, and what they add up to.
func (r *report) table(w io.Writer) {
	fmt.Fprintf(w, "| fault | %s |\n", strings.Join(backends, " | "))
	fmt.Fprintln(w, "|---|"+strings.Repeat("---:|", len(backends)))
	for _, f := range faults {
		fmt.Fprintf(w, "| %s |", f.name)
		for _, backend := range backends {
			text := "–"
			if t := r.now(cell{backend, f}); f.meets(backend) {
				text = fmt.Sprintf("%d / %d / %d", t.histories, t.ops, t.violations)
			}
			fmt.Fprintf(w, " %s |", text)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w)
	r.sums(w)
}

// now adds up the histories of a cell by the latest executables.
func (r *report) now(c cell) tally { return r.of(c, r.latest(c)) }

// sums writes what the cells of each backend, and all, add up to.
func (r *report) sums(w io.Writer) {
	fmt.Fprintln(w, "| backend | histories | operations | of unknown outcome | violations | invalid histories | seeds | executables |")
	fmt.Fprintln(w, "|---|---:|---:|---:|---:|---:|---|---|")
	var all tally
	for _, backend := range backends {
		var t tally
		var sums []string
		for _, c := range cells() {
			if c.backend != backend {
				continue
			}
			t.join(r.now(c))
			if sum := r.latest(c); sum != "" && !slices.Contains(sums, sum) {
				sums = append(sums, sum)
			}
		}
		fmt.Fprintf(w, "| %s | %s | 1–%d | %s |\n", backend, t, t.last, strings.Join(sums, ", "))
		all.join(t)
	}
	fmt.Fprintf(w, "| all | %s | | |\n", all)
}

// seedTable writes how soon each seeded fault was found.
func (r *report) seedTable(w io.Writer) {
	fmt.Fprintln(w, "| seeded fault | backend, fault | histories until found | found by |")
	fmt.Fprintln(w, "|---|---|---:|---|")
	for _, s := range seedFaults {
		n, by := r.found(s, r.sought(s))
		if by == "" {
			by = "not found"
		}
		fmt.Fprintf(w, "| %s | %s | %d | %s |\n", s.name, s.cell(), n, by)
	}
}

// found is how many histories of some executables a seeded fault took, and the
// checkers that found it in the last of them.
func (r *report) found(s seedFault, sum string) (n int, by string) {
	for _, e := range r.entries {
		if e.Seeded != s.name || e.Sum != sum {
			continue
		}
		n++
		if len(e.Violations) > 0 {
			return n, checkers(e.Violations)
		}
	}
	return n, ""
}

// sought is the sum of the executables in which a seeded fault was last looked
// for.
func (r *report) sought(s seedFault) (sum string) {
	for _, e := range r.entries {
		if e.Seeded == s.name {
			sum = e.Sum
		}
	}
	return sum
}

// checkers are the names before the colons.
func checkers(violations []string) string {
	var names []string
	for _, v := range violations {
		if name, _, ok := strings.Cut(v, ":"); ok && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// firstOfEach is the first line of the first that each checker found. What a fault
// on purpose does is known: the rest would fill the report.
func firstOfEach(violations []string) (kept []string) {
	for _, v := range violations {
		line, _, _ := strings.Cut(v, "\n")
		name, _, _ := strings.Cut(line, ":")
		if !slices.ContainsFunc(kept, func(other string) bool { return strings.HasPrefix(other, name+":") }) {
			kept = append(kept, line)
		}
	}
	return kept
}

// progress writes aligned lines for a person.
func progress(w io.Writer, columns ...any) {
	t := tabwriter.NewWriter(w, 18, 0, 1, ' ', 0)
	for _, c := range columns {
		fmt.Fprint(t, c, "\t")
	}
	fmt.Fprintln(t)
	_ = t.Flush()
}
