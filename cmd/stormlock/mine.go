package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/internal/escape"
	"github.com/stormlock/stormlock/internal/leases"
	"github.com/stormlock/stormlock/internal/ttl"
	"github.com/stormlock/stormlock/sdk"
)

const mineHelp = `Mine lists the leases that this user took on this machine and holds or may hold,
and for one whose outcome is unknown the commands that settle it. It reads only
stormlock's own record, below $XDG_STATE_HOME/stormlock/leases (or
~/.local/state/…), and asks no store: "stormlock current" tells who holds a
resource now. Leases that are over are left out. If there is nothing to list,
nothing is printed and the exit code is 0.

Whatever the command, a lease on record that ends within a tenth of the time that it
lasts, or ten minutes, is told on stderr once half of that time has gone.

Formats: table (the default), oneline (tabs), json (one object a line).`

func newMine(g *globals) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:     "mine [-f FORMAT]",
		Short:   "List the leases that you hold or may hold",
		Long:    mineHelp,
		Example: "  stormlock mine\n  stormlock mine -f json",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return g.mine(cmd.Context(), g.format(format))
		},
	}
	addFormat(cmd, &format, tableFormats)
	return cmd
}

func (g *globals) mine(ctx context.Context, format string) error {
	print := mineFormats[format]
	if print == nil {
		return unknownFormat(format, tableFormats)
	}
	notes, err := g.onRecord(ctx)
	if err != nil {
		return err
	}
	var own []owned
	for _, n := range notes {
		own = append(own, ownedOf(n, time.Now()))
	}
	return print(os.Stdout, own)
}

// onRecord returns the notes of a record that is what the command is about: one that
// cannot be used is refused.
func (g *globals) onRecord(ctx context.Context) ([]leases.Note, error) {
	ctx, cancel := context.WithTimeout(ctx, g.timeout.duration)
	defer cancel()
	notes, err := allNotes(ctx)
	if err != nil && !errors.Is(err, sdk.ErrUnavailable) {
		err = &exitError{exitRefused, err.Error()}
	}
	return notes, err
}

// unlessMissing leaves out that there is no record yet.
func unlessMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// An owned is a lease as "mine" shows it.
type owned struct {
	Resource  string `json:"resource"`
	Backend   string `json:"backend"`
	Config    string `json:"config"`
	State     string `json:"state"`
	ID        string `json:"id"`
	Principal string `json:"principal"`
	Reason    string `json:"reason"`
	Since     string `json:"since"`
	Until     string `json:"until"`
	Seconds   int64  `json:"ttl_seconds"`       // left until then
	Repeat    string `json:"repeat,omitempty"`  // command that settles it, if it is to be kept
	GiveUp    string `json:"give_up,omitempty"` // command that settles it, if it is not
}

func ownedOf(n leases.Note, now time.Time) owned {
	o := owned{
		Resource: n.Resource, Backend: n.Backend, Config: n.Config, State: stateText(n, now),
		ID: n.ID(), Principal: n.Principal, Reason: n.Reason,
		Since: n.Since.Local().Format(timeFormat), Until: n.Until.Local().Format(timeFormat),
		Seconds: max(0, int64(n.Until.Sub(now)/time.Second)),
	}
	asked, err := ttl.Parse(n.TTL)
	repeat, giveUp := settling(calling(n.Config),
		sdk.Lease{Resource: n.Resource, ID: n.ID(), Reason: n.Reason, TTL: asked})
	if n.State != leases.Held {
		o.GiveUp = giveUp
	}
	if n.State == leases.Asked && err == nil {
		o.Repeat = repeat
	}
	return o
}

// stateText is what is known of a lease, in words.
func stateText(n leases.Note, now time.Time) string {
	text := map[leases.State]string{
		leases.Asked: "outcome unknown", leases.Held: "held", leases.Releasing: "release unknown",
	}[n.State]
	if now.After(n.Until) {
		return text + ", may have ended"
	}
	return text
}

// left is for how long the lease can still last.
func (o owned) left() string { return ttl.Format(time.Duration(o.Seconds) * time.Second) }

// settle is what to do about a lease whose state is unknown.
func (o owned) settle() string {
	switch {
	case o.Repeat != "":
		return "to settle it, run: " + o.Repeat + "; or give it up: " + o.GiveUp
	case o.GiveUp != "":
		return "to settle it, run: " + o.GiveUp
	}
	return ""
}

var mineFormats = map[string]func(io.Writer, []owned) error{
	"table": ownedTable, "oneline": ownedLines, "json": ownedJSON,
}

func ownedTable(w io.Writer, all []owned) error {
	if len(all) == 0 {
		return nil
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "resource\tstate\tuntil\tleft\tsince\tbackend\tid\tconfig")
	for _, o := range all {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", escape.Text(o.Resource), o.State, o.Until, o.left(), o.Since,
			escape.Text(o.Backend), escape.Text(o.ID), escape.Text(o.Config))
		if how := o.settle(); how != "" {
			fmt.Fprintln(table, "  "+escape.Text(how))
		}
	}
	return table.Flush()
}

func ownedLines(w io.Writer, all []owned) error {
	for _, o := range all {
		if _, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", escape.Text(o.Resource), o.State, o.Until, o.left(), o.Since,
			escape.Text(o.Backend), escape.Text(o.ID), escape.Text(o.Config), escape.Text(o.settle())); err != nil {
			return err
		}
	}
	return nil
}

func ownedJSON(w io.Writer, all []owned) error {
	for _, o := range all {
		if err := writeJSON(w, o); err != nil {
			return err
		}
	}
	return nil
}
