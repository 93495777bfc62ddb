package main

import (
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/internal/escape"
	"github.com/stormlock/stormlock/internal/ttl"
	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/nearmiss"
)

// A view is a lease as people and scripts see it, everywhere the same.
type view struct {
	Resource   string `json:"resource"`
	ID         string `json:"id"`
	Principal  string `json:"principal"`
	Reason     string `json:"reason"`
	Created    string `json:"created"`
	Expires    string `json:"expires"`
	TTLSeconds int64  `json:"ttl_seconds"`
	Fence      uint64 `json:"fence"`
	Backend    string `json:"backend"`
}

// viewOf makes a view. Expires is by this machine's clock: of the end of a
// lease only the time left is known.
func viewOf(l sdk.Lease, backend string) view {
	return view{
		Resource: l.Resource, ID: l.ID, Principal: l.Principal, Reason: l.Reason, Created: createdText(l),
		Expires:    time.Now().Add(l.TTL).Format(timeFormat),
		TTLSeconds: int64(l.TTL / time.Second), Fence: l.Fence, Backend: backend,
	}
}

// createdText is when a lease was granted, or empty if nobody knows.
func createdText(l sdk.Lease) string {
	if l.Created.IsZero() {
		return ""
	}
	return l.Created.Local().Format(timeFormat)
}

// A format writes a lease.
type format func(io.Writer, view) error

var formats = []struct {
	name  string
	write format
}{
	{"oneline", oneLine},
	{"lines", lines},
	{"rows", rows},
	{"cols", columns},
	{"id", idOnly},
	{"json", asJSON},
}

// format is the name of the format to print in: --json is stronger than -f.
func (g *globals) format(name string) string {
	if g.json {
		return "json"
	}
	return name
}

func formatter(name string) (format, error) {
	for _, f := range formats {
		if f.name == name {
			return f.write, nil
		}
	}
	return nil, unknownFormat(name, formatNames())
}

func formatNames() (names []string) {
	for _, f := range formats {
		names = append(names, f.name)
	}
	return names
}

// tableFormats are those of commands that print many things.
var tableFormats = []string{"table", "oneline", "json"}

// addFormat makes the name of a format a flag, whose default is the first of them.
func addFormat(cmd *cobra.Command, format *string, names []string) {
	cmd.Flags().StringVarP(format, "format", "f", names[0], oneOf(names))
}

func unknownFormat(name string, names []string) error {
	text := fmt.Sprintf("unknown format %q", name)
	if near, ok := nearmiss.Find(name, names); ok {
		text += fmt.Sprintf("; did you mean %q?", near)
	}
	return usage(text + "; use " + oneOf(names))
}

func oneLine(w io.Writer, v view) error {
	_, err := fmt.Fprintf(w, "%s\t%s\t%s\n", escape.Text(v.Principal), v.Created, escape.Text(v.ID))
	return err
}

func lines(w io.Writer, v view) error {
	_, err := fmt.Fprintf(w, "%s\n%s\n%s\n", escape.Text(v.Principal), v.Created, escape.Text(v.ID))
	return err
}

func idOnly(w io.Writer, v view) error {
	_, err := fmt.Fprintln(w, escape.Text(v.ID))
	return err
}

// writeJSON writes a value as JSON on one line that is safe to show.
func writeJSON(w io.Writer, value any) error {
	line, err := escape.JSON(value)
	if err == nil {
		_, err = w.Write(line)
	}
	return err
}

func asJSON(w io.Writer, v view) error {
	return writeJSON(w, v)
}

// cells are the values of a view with their names, in order.
func cells(v view) [][2]string {
	return [][2]string{
		{"resource", escape.Text(v.Resource)},
		{"principal", escape.Text(v.Principal)},
		{"reason", escape.Text(v.Reason)},
		{"created", v.Created},
		{"expires", v.Expires},
		{"left", ttl.Format(time.Duration(v.TTLSeconds) * time.Second)},
		{"fence", strconv.FormatUint(v.Fence, 10)},
		{"backend", escape.Text(v.Backend)},
		{"id", escape.Text(v.ID)},
	}
}

func rows(w io.Writer, v view) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range cells(v) {
		fmt.Fprintf(table, "%s\t%s\n", c[0], c[1])
	}
	return table.Flush()
}

func columns(w io.Writer, v view) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i := range 2 {
		all := cells(v)
		for _, c := range all[:len(all)-1] {
			fmt.Fprint(table, c[i], "\t")
		}
		fmt.Fprintln(table, all[len(all)-1][i])
	}
	return table.Flush()
}
