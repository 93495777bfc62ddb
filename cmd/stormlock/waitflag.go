package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/internal/ttl"
)

// forever is what to write for a wait without end.
const forever = "forever"

// waitFlag is how long to wait for a lock that another holds: not at all, a
// duration in the grammar of TTLs, or forever.
type waitFlag struct {
	limit   time.Duration // 0 if it is not given, or forever
	endless bool
}

// addTo makes it the flag of a command.
func (f *waitFlag) addTo(cmd *cobra.Command) {
	cmd.Flags().Var(f, "wait", `wait for a lock that another holds, for so long (30m, 2 hours), or "`+forever+`"`)
}

func (f *waitFlag) given() bool { return f.endless || f.limit != 0 }

func (f *waitFlag) Set(text string) error {
	if text == forever {
		*f = waitFlag{endless: true}
		return nil
	}
	limit, err := ttl.Parse(text)
	if err != nil {
		return fmt.Errorf("%w, or %s", err, forever)
	}
	*f = waitFlag{limit: limit}
	return nil
}

func (f *waitFlag) Type() string { return "duration" }

func (f *waitFlag) String() string {
	switch {
	case f.endless:
		return forever
	case f.limit == 0:
		return ""
	}
	return ttl.Format(f.limit)
}

// until is how long the wait lasts, in words.
func (f *waitFlag) until() string {
	if f.endless {
		return "waiting until it is free"
	}
	return "waiting for up to " + ttl.Format(f.limit)
}
