//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// day is what README shows of a day: commands, and what it says of them.
func day(t *testing.T) (lines [][2]string) {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## A day with it\n")
	section, _, _ = strings.Cut(section, "\n## ")
	for line := range strings.Lines(section) {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			command, comment, _ := strings.Cut(command, "#")
			lines = append(lines, [2]string{strings.TrimSpace(command), comment})
		}
	}
	if len(lines) < 10 {
		t.Fatalf("README shows %d commands of a day", len(lines))
	}
	return lines
}

// TestReadmeDay: the commands that README shows work as it says, typed one after
// the other.
func TestReadmeDay(t *testing.T) {
	o := newOperator(t, "local", "")
	if err := os.WriteFile(filepath.Join(o.home, "backup"), []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	s := o.shellOnScreen(t)
	for i, line := range day(t) {
		code := 0
		if strings.Contains(line[1], "exit 2") {
			code = exitHeld
		}
		command := line[0]
		switch {
		case strings.Contains(command, "--wait"):
			command += " & sleep 1"
		case strings.Contains(command, "current"):
			s.await(t, `waited .* for resource "prod-db"`)
		}
		s.types(t, fmt.Sprintf("%s; echo 'ste'p-%d-$?-\n", command, i))
		if strings.Contains(command, "break") {
			s.await(t, "to break its lock: $")
			s.types(t, "prod-db\n")
		}
		s.await(t, fmt.Sprintf("step-%d-%d-", i, code))
	}
	if mine := o.ok(t, "mine"); mine != "" {
		t.Errorf("mine shows %q at the end of the day", mine)
	}
	s.types(t, "exit\n")
	s.exit(t)
}
