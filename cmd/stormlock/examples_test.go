//go:build unix

package main

import (
	"regexp"
	"strings"
	"testing"
)

// exampleOf is what a line of examples runs: stormlock with arguments, up to what the
// shell does next, or to a remark.
var exampleOf = regexp.MustCompile(`stormlock (.*?)(\)? *$|\)?   .*$| && .*$| \|.*$)`)

// TestExamplesAreRight: the commands of all examples are there, with their flags.
func TestExamplesAreRight(t *testing.T) {
	seen := 0
	for _, path := range append(leaves(newRoot(), ""), "", "backend", "config") {
		cmd, _, err := newRoot().Find(strings.Fields(path))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(cmd.Example) {
			if found := exampleOf.FindStringSubmatch(strings.TrimSuffix(line, "\n")); found != nil {
				seen++
				checkExample(t, found[1])
			}
		}
	}
	if seen < 20 {
		t.Errorf("%d examples were found", seen)
	}
}

func checkExample(t *testing.T, example string) {
	t.Helper()
	cmd, rest, err := newRoot().Find(shellWords(example))
	if err == nil {
		err = cmd.ParseFlags(rest)
	}
	if err == nil {
		err = cmd.ValidateArgs(cmd.Flags().Args())
	}
	if err != nil || cmd.HasSubCommands() {
		t.Errorf("stormlock %s: %v", example, err)
	}
}
