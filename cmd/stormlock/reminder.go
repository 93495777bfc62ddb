package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/internal/leases"
	"github.com/stormlock/stormlock/internal/ttl"
)

// reminderTime bounds the look for leases that end soon: no command waits for it. (A
// variable for the tests.)
var reminderTime = 200 * time.Millisecond

// silentCommands are those that have nothing to do with locks. What completes a
// command line writes where a person is typing.
var silentCommands = []string{"help", "version", "man", "completion", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd}

// remind warns, after a command, of leases on record that end soon. They are read
// only now, so that what the command has renewed or released is none of them.
func remind(ctx context.Context, cmd *cobra.Command, code int) {
	if code == exitUsage || !remindsOf(cmd) {
		return
	}
	if soon := endingSoon(ctx, time.Now()); len(soon) > 0 {
		note(reminder(soon, time.Now()))
	}
}

// remindsOf reports whether a command is one to warn after.
func remindsOf(cmd *cobra.Command) bool {
	help := cmd.Flags().Lookup("help")
	if help != nil && help.Changed {
		return false
	}
	for cmd.HasParent() && cmd.Parent().HasParent() {
		cmd = cmd.Parent()
	}
	return cmd.HasParent() && !slices.Contains(silentCommands, cmd.Name())
}

// endingSoon returns the notes of leases that end soon, the first to end first. A
// record that cannot be read, or not at once, has none.
func endingSoon(ctx context.Context, now time.Time) []leases.Note {
	ctx, cancel := context.WithTimeout(ctx, reminderTime)
	defer cancel()
	notes, _, _ := inTime(ctx, func() ([]leases.Note, error) { return notesAsTheyAre(now), nil })
	notes = slices.DeleteFunc(notes, func(n leases.Note) bool { return !endsSoon(n, now) })
	slices.SortStableFunc(notes, func(a, b leases.Note) int { return a.Until.Compare(b.Until) })
	return notes
}

// endsSoon reports whether a lease that is held ends within a tenth of the time that
// it lasts, or ten minutes, whichever is longer; but no sooner than half of it has
// gone, as otherwise a short lease would be warned of from its first moment.
func endsSoon(n leases.Note, now time.Time) bool {
	begin := n.Granted
	if begin.IsZero() {
		begin = n.Since
	}
	lasts, left := n.Until.Sub(begin), n.Until.Sub(now)
	return n.State == leases.Held && left > 0 && left < min(max(lasts/10, 10*time.Minute), lasts/2)
}

// reminder is one line about the lease that ends first.
func reminder(soon []leases.Note, now time.Time) string {
	n := soon[0]
	text := fmt.Sprintf("warning: your lease of resource %q ends in %s; to keep it, run: %s renew -t %s %s",
		n.Resource, ttl.Format(n.Until.Sub(now)), calling(n.Config), shellQuote(n.TTL), resourceArgument(n.Resource))
	if more := len(soon) - 1; more > 0 {
		text += fmt.Sprintf("; and %d more, see: stormlock mine", more)
	}
	return text
}
