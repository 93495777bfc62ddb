//go:build unix

package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// A canaryCommand is a command with arguments.
type canaryCommand struct {
	path string // without "stormlock"
	rest string // what follows it; NAME is the backend
	how  how
}

// how is when a command looks at the section of a backend.
type how int

const (
	always  how = iota // whatever is wrong with it
	ifRight            // only if it is as it should be; else it does as others do
	never
)

const canaryID = "000102030405060708090a0b0c0d0e0f"

// canaryCommands has every command (TestCanaryKnowsEveryCommand).
var canaryCommands = []canaryCommand{
	{"acquire", "-m why r", always},
	{"renew", "r " + canaryID, ifRight},
	{"release", "r " + canaryID, ifRight},
	{"release", "r", ifRight},
	{"release", "--all", ifRight},
	{"break", "--lease " + canaryID + " --yes -m why r", ifRight},
	{"current", "-f json r", ifRight},
	{"is-held", "r " + canaryID, ifRight},
	{"exec", "r -- true", ifRight},
	{"exec", "--lease " + canaryID + " r -- true", ifRight},
	{"list", "--backend NAME", ifRight},
	{"config show", "r", always},
	{"doctor", "-f json r", always},
	{"doctor", "--read-only --backend NAME", ifRight},
	{"backend setup", "NAME", always},
	{"backend setup", "--dry-run NAME", ifRight},
	{"mine", "-f table", never},
	{"mine", "-f oneline", never},
	{"mine", "-f json", never},
	{"init", "-c new.cfg NAME", never},
	{"backend list", "", never},
	{"backend describe", "NAME", never},
	{"backend pin", "NAME", never},
	{"backend check", "--only cookie-is-checked NAME no_such_key=x", never},
	{"version", "", never},
	{"help", "acquire", never},
	{"completion bash", "", never},
	{"completion fish", "", never},
	{"__complete", "current r", ifRight},
	{"completion powershell", "", never},
	{"completion zsh", "", never},
}

func (c canaryCommand) args(s slot) []string {
	return strings.Fields(c.path + " " + strings.ReplaceAll(c.rest, "NAME", s.backend))
}

// worthIt leaves out what another command, or another slot, shows as well.
func (c canaryCommand) worthIt(s slot) bool {
	return s.everything || c.how == always || c.how == ifRight && !s.wrong
}

// levels are those to log at. What is logged at trace is more of the same.
func (c canaryCommand) levels(s slot) []string {
	if s.everything {
		return []string{"warn", "trace"}
	}
	return []string{"trace"}
}

// leaves returns the paths of the commands that have none below them.
func leaves(cmd *cobra.Command, above string) (all []string) {
	for _, sub := range cmd.Commands() {
		path := strings.TrimSpace(above + " " + sub.Name())
		if sub.HasSubCommands() {
			all = append(all, leaves(sub, path)...)
			continue
		}
		all = append(all, path)
	}
	return all
}

// TestCanaryKnowsEveryCommand: a new command has to be added to canaryCommands.
func TestCanaryKnowsEveryCommand(t *testing.T) {
	var known []string
	for _, c := range canaryCommands {
		if c.path != cobra.ShellCompRequestCmd { // which is there only while it is asked for
			known = append(known, c.path)
		}
	}
	slices.Sort(known)
	there := leaves(newRoot(), "")
	slices.Sort(there)
	if known = slices.Compact(known); !slices.Equal(known, there) {
		t.Errorf("canaryCommands has %q, stormlock has %q", known, there)
	}
}
