//go:build unix

package main

import (
	"os"
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

// typed is a line of a document that is to be typed: indented, or after a prompt.
var typed = regexp.MustCompile(`^(    |\$ )[^ ].*`)

// TestDocumentedCommandsAreRight: the commands that documents tell people to type
// are there, with their flags.
func TestDocumentedCommandsAreRight(t *testing.T) {
	for file, least := range map[string]int{"README.md": 10, "docs/operators.md": 20} {
		text, err := os.ReadFile("../../" + file)
		if err != nil {
			t.Fatal(err)
		}
		seen := 0
		for line := range strings.Lines(string(text)) {
			line = strings.TrimSuffix(line, "\n")
			found := exampleOf.FindStringSubmatch(line)
			if typed.MatchString(line) && found != nil && !strings.Contains(line, "…") && !strings.Contains(line, "make ") {
				seen++
				checkExample(t, found[1])
			}
		}
		if seen < least {
			t.Errorf("%s has %d commands, want %d at least", file, seen, least)
		}
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
