//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestColour: what matters is in colour on a terminal that can show it, for who wants
// that, and the text is the same.
func TestColour(t *testing.T) {
	o := newOperator(t, "good", "[backend.good]\ntoken = s3cr3t-token\n")
	o.env = append(o.env, "NO_COLOR=")
	if err := os.Chmod(filepath.Join(o.home, ".config", "stormlock.cfg"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, env       string
		red, yellow, ok string
	}{
		{"colours", "", "\x1b[31mstormlock:\x1b[0m nobody holds", "\x1b[33mstormlock:\x1b[0m warning: ", "\x1b[32mok\x1b[0m"},
		{"NO_COLOR", "NO_COLOR=1", "stormlock: nobody holds", "stormlock: warning: ", "ok"},
		{"dumb", "TERM=dumb", "stormlock: nobody holds", "stormlock: warning: ", "ok"},
	} {
		t.Run(c.name, func(t *testing.T) {
			current := o.command("current", "r")
			current.Env = append(current.Env, c.env)
			s := onScreen(t, current)
			if code := s.exit(t); code != exitNone {
				t.Errorf("exit code %d", code)
			}
			list := o.command("backend", "list")
			list.Env = append(list.Env, c.env)
			l := onScreen(t, list)
			l.exit(t)
			<-s.end
			<-l.end
			if text := s.text(); !strings.Contains(text, c.red) || !strings.Contains(text, c.yellow) {
				t.Errorf("shown: %q", text)
			}
			if text := l.text(); !strings.Contains(text, c.ok) {
				t.Errorf("shown: %q", text)
			}
			if plain := c.env != ""; plain && strings.Contains(s.text()+l.text(), "\x1b") {
				t.Errorf("in colour: %q, %q", s.text(), l.text())
			}
		})
	}
	if stdout, stderr, _ := o.run(t, "current", "r"); strings.Contains(stdout+stderr, "\x1b") {
		t.Errorf("colours in a pipe: %q", stderr)
	}
}
