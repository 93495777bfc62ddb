//go:build unix

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// tells checks the lines on stderr against patterns, one a line.
func tells(t *testing.T, stderr string, patterns ...string) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(stderr, "\n"), "\n")
	if len(lines) != len(patterns) {
		t.Fatalf("%d lines, want %d: %s", len(lines), len(patterns), stderr)
	}
	for i, p := range patterns {
		if !regexp.MustCompile("^stormlock: " + p + "$").MatchString(lines[i]) {
			t.Errorf("line %d is %q, want %q", i+1, lines[i], p)
		}
	}
}

// TestVerbose: -v tells the file, the executable, each request, each answer, and that
// it is asked again; never the id of a lease.
func TestVerbose(t *testing.T) {
	o := newOperator(t, "scripted", "")
	file := "the configuration file is " + regexp.QuoteMeta(filepath.Join(o.home, ".config", "stormlock.cfg"))
	const (
		started = `backend scripted is /.*/stormlock-backend-scripted, started in [0-9.µms]+`
		ask     = `asking backend scripted to acquire resource "r" for 5m as ana@ops, within [0-9.ms]+`
	)
	loseFirstAnswer(t, o)
	id, stderr, code := o.run(t, "-v", "--timeout", "20s", "acquire", "r")
	if code != exitDone {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	tells(t, stderr, file, started, ask, `backend scripted answered after .*s: .+`,
		`without a definite answer; asking again in [0-9.]+ms, for at most .*s`,
		started, ask, `backend scripted answered after .*s: granted for 5m`)
	if strings.Contains(stderr, strings.TrimSpace(id)) {
		t.Errorf("the lease id is told: %s", stderr)
	}
	_, stderr, _ = o.run(t, "-v", "current", "r")
	tells(t, stderr, file, started, `asking backend scripted to tell who holds resource "r", within .*s`,
		`backend scripted answered after .*s: resource "r" is held by ana@ops since .*, for (5m|4m59s) still`)
	if strings.Contains(stderr, strings.TrimSpace(id)) {
		t.Errorf("the lease id is told: %s", stderr)
	}
	_, stderr, _ = o.run(t, "-v", "release", "r")
	tells(t, stderr, file, started, `asking backend scripted to release the lease of resource "r", within .*s`,
		`backend scripted answered after .*s: released`)
	if _, stderr, _ = o.run(t, "current", "r"); strings.Count(stderr, "\n") != 1 {
		t.Errorf("without -v it tells %s", stderr)
	}
}

// loseFirstAnswer has the backend "scripted" do what it is asked for and die.
func loseFirstAnswer(t *testing.T, o *operator) {
	t.Helper()
	for name, text := range map[string]string{"script": "lost\n", "calls": ""} {
		if err := os.WriteFile(filepath.Join(o.home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestVerboseOfHostileText: every line is one, and is escaped.
func TestVerboseOfHostileText(t *testing.T) {
	s := newStage(t)
	for _, a := range []appearance{
		{words("current r"), exitDone, 1, warned + 4, 2},
		{words("acquire held"), exitHeld, 0, warned + 5, 0},
		{words("current unavailable"), exitUnavailable, 0, warned + 5, 0},
		{words("backend setup --dry-run evil"), exitDone, 2, warned + 4, 0},
		{words("backend describe evil"), exitDone, 4, 3, 0},
	} {
		a.check(t, s.run(append([]string{"-v", "-c", s.config}, a.args...)...))
	}
	if !strings.Contains(s.run("-v", "-c", s.config, "acquire", "held").stderr, "asking backend evil") {
		t.Error("nothing is told")
	}
}

// TestVersionHasNoShorthand: -v is --verbose, and --version still there.
func TestVersionHasNoShorthand(t *testing.T) {
	o := newOperator(t, "good", "")
	if got := o.ok(t, "--version"); !strings.HasPrefix(got, "stormlock version ") {
		t.Errorf("--version prints %q", got)
	}
	if _, stderr, code := o.run(t, "-v"); code != exitUsage || !strings.Contains(stderr, "--verbose") {
		t.Errorf("-v alone: %d, %s", code, stderr)
	}
}
