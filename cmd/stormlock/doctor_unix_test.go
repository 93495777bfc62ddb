//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDoctorInColours: on a terminal, and only there, and only if colours are wanted.
func TestDoctorInColours(t *testing.T) {
	o := newOperator(t, "local", "")
	o.env = append(o.env, "NO_COLOR=")
	o.ok(t, "backend", "setup", "local")
	if err := os.Chmod(filepath.Join(o.home, ".local", "state", "stormlock", "locks.db"), 0o666); err != nil {
		t.Fatal(err)
	}
	s := onScreen(t, o.command("doctor", "--timeout", "20s"))
	s.await(t, `\x1b\[32mok     \x1b\[0m  configuration  `)
	s.await(t, `\x1b\[33mwarning\x1b\[0m  path  `)
	s.await(t, `\x1b\[32mok     \x1b\[0m  release  `)
	if code := s.exit(t); code != exitDone {
		t.Errorf("exit code %d", code)
	}

	s = onScreen(t, o.command("doctor", "--timeout", "20s", "--backend", "none"))
	s.await(t, `\x1b\[31merror  \x1b\[0m  executable  `)
	if code := s.exit(t); code != exitNone {
		t.Errorf("exit code %d", code)
	}

	for _, plain := range []string{"NO_COLOR=1", "TERM=dumb"} {
		cmd := o.command("doctor", "--timeout", "20s")
		cmd.Env = append(cmd.Env, plain)
		s := onScreen(t, cmd)
		s.await(t, `(?m)^ok       release  `)
		if s.exit(t); strings.Contains(s.text(), "\x1b") {
			t.Errorf("%s: %q", plain, s.text())
		}
	}
	if stdout := o.ok(t, "doctor"); strings.Contains(stdout, "\x1b") {
		t.Errorf("in a pipe: %q", stdout)
	}
}

// TestDoctorIsInterrupted while it waits for a backend: what was found is shown,
// and the rest is said to be missing.
func TestDoctorIsInterrupted(t *testing.T) {
	o := newOperator(t, "hangs", "")
	s := onScreen(t, o.command("doctor"))
	s.await(t, `executable`)
	s.types(t, "\x03")
	s.await(t, `interrupted; what comes after this was not looked at`)
	if code := s.exit(t); code != exitNone {
		t.Errorf("exit code %d", code)
	}
}
