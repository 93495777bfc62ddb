package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/stormlock/stormlock/internal/escape"
	"github.com/stormlock/stormlock/internal/terminal"
	"github.com/stormlock/stormlock/internal/ttl"
)

func listJSON(backend string, _ []standing) (head string, line listLine) {
	return "", func(w io.Writer, s standing) error { return writeJSON(w, viewOf(s.Lease, backend)) }
}

// listOneLine shows no lease id: with it somebody else's lock could be released by
// mistake. The reason comes last, since it may be empty.
func listOneLine(string, []standing) (head string, line listLine) {
	return "", func(w io.Writer, s standing) error {
		_, err := fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\n",
			escape.Text(s.Resource), escape.Text(s.Principal), createdText(s.Lease), s.TTL/time.Second, escape.Text(s.Reason))
		return err
	}
}

// listTable makes the columns as wide as the first leases need. Where somebody
// looks on, no line is longer than the terminal; anything else gets all of it.
func listTable(_ string, first []standing) (head string, line listLine) {
	columns := 0
	if terminal.Is(os.Stdout) {
		columns, _ = terminal.Size(os.Stdout)
	}
	t := newLeaseTable(columns, first)
	if len(first) > 0 {
		head = t.line(leaseHead) + "\n"
	}
	return head, func(w io.Writer, s standing) error {
		_, err := fmt.Fprintln(w, t.line(cellsOf(s)))
		return err
	}
}

// leaseCells are what a table shows of a lease: never the lease id.
type leaseCells [5]string

var leaseHead = leaseCells{"resource", "principal", "age", "left", "reason"}

// cuttable are the columns that others can make as wide as they like.
var cuttable = []int{0, 1, 4}

func cellsOf(s standing) leaseCells {
	age := "-"
	if !s.Created.IsZero() {
		age = ttl.Format(s.at.Sub(s.Created))
	}
	return leaseCells{escape.Text(s.Resource), escape.Text(s.Principal), age, ttl.Format(s.TTL), escape.Text(s.Reason)}
}

// A leaseTable has columns of least widths, which are also the most if the lines
// are to fit.
type leaseTable struct {
	widths  [len(leaseHead)]int
	columns int // that a line has at most; 0 for no bound
}

const (
	columnGap   = 2
	leastColumn = 4 // characters, of a column that is cut
)

// newLeaseTable makes a table for leases.
func newLeaseTable(columns int, leases []standing) leaseTable {
	t := leaseTable{columns: columns}
	t.widen(leaseHead)
	for _, s := range leases {
		t.widen(cellsOf(s))
	}
	if columns > 0 {
		t.narrow()
	}
	return t
}

func (t *leaseTable) widen(cells leaseCells) {
	for i, cell := range cells {
		t.widths[i] = max(t.widths[i], utf8.RuneCountInString(cell))
	}
}

// narrow takes what is too much from the widest columns.
func (t *leaseTable) narrow() {
	tooMuch := columnGap*(len(t.widths)-1) - t.columns
	for _, width := range t.widths {
		tooMuch += width
	}
	for ; tooMuch > 0; tooMuch-- {
		widest := cuttable[0]
		for _, i := range cuttable {
			if t.widths[i] > t.widths[widest] {
				widest = i
			}
		}
		if t.widths[widest] <= leastColumn {
			return
		}
		t.widths[widest]--
	}
}

// line is a line of the table.
func (t leaseTable) line(cells leaseCells) string {
	var text strings.Builder
	for i, cell := range cells {
		if t.columns > 0 {
			cell = terminal.Cut(cell, t.widths[i])
		}
		text.WriteString(cell)
		if i < len(cells)-1 {
			missing := t.widths[i] - utf8.RuneCountInString(cell)
			text.WriteString(strings.Repeat(" ", max(missing, 0)+columnGap))
		}
	}
	line := strings.TrimRight(text.String(), " ")
	if t.columns > 0 {
		return terminal.Cut(line, t.columns)
	}
	return line
}
