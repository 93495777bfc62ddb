//go:build unix

package main

import (
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// colleagues are operators with one store.
func colleagues(t *testing.T, names ...string) (all []*operator) {
	t.Helper()
	section := "[backend.local]\npath = " + filepath.Join(t.TempDir(), "locks.db") + "\n"
	for _, name := range names {
		o := newOperator(t, "local", section)
		o.configure(t, "[default]\nbackend = local\nttl = 5m\nprincipal = "+name+"@ops\n"+section)
		all = append(all, o)
	}
	return all
}

// breaks starts a break on a terminal and waits for its first question.
func (o *operator) breaks(t *testing.T, args ...string) *screen {
	t.Helper()
	s := onScreen(t, o.command(append([]string{"--timeout", "20s", "break"}, args...)...))
	s.await(t, "to break its lock: $")
	return s
}

// ended waits for the end of a command, and checks its exit code and that it showed
// a text.
func (s *screen) ended(t *testing.T, code int, shows string) {
	t.Helper()
	if got := s.exit(t); got != code {
		t.Errorf("exit code %d, want %d; shown: %q", got, code, s.text())
	}
	s.await(t, shows)
}

// holds checks that a lease is the active one.
func (o *operator) holds(t *testing.T, resource, id string) {
	t.Helper()
	if _, stderr, code := o.run(t, "is-held", "--", resource, id); code != exitDone {
		t.Errorf("is-held: exit code %d, stderr %q", code, stderr)
	}
}

// TestBreak: who holds the lock is shown, the name and the reason are asked for, and
// the old holder learns of it.
func TestBreak(t *testing.T) {
	t.Parallel()
	all := colleagues(t, "ana", "ben")
	ana, ben := all[0], all[1]
	id := ana.ok(t, "acquire", "-m", "upgrade to 17", "prod-db")
	time.Sleep(time.Second) // so that there is an age
	s := ben.breaks(t, "prod-db")
	s.await(t, `resource "prod-db" is held by ana@ops since \S+, for (5m|4m\d+s) still: upgrade to 17\r\n`)
	s.await(t, `stormlock: that lease is \d+s old\r\n`)
	if strings.Contains(s.text(), id) {
		t.Errorf("the lease id is shown: %q", s.text())
	}
	s.types(t, "prod-db\n")
	s.await(t, "why it has to be broken: $")
	ana.holds(t, "prod-db", id)
	s.types(t, "ana is ill\n")
	s.ended(t, exitDone, `broken; tell ana@ops: ben@ops broke the lock on resource "prod-db" at \S+: ana is ill \(it was held by ana@ops since \S+: upgrade to 17\)`)
	if _, stderr, code := ana.run(t, "renew", "prod-db"); code != exitLost || !strings.Contains(stderr, `is no longer active; nobody holds resource "prod-db"`) {
		t.Errorf("renew: exit code %d, stderr %q", code, stderr)
	}
	ben.ok(t, "acquire", "prod-db")
	if _, stderr, code := ana.run(t, "release", "prod-db", id); code != exitDone || !strings.Contains(stderr, `resource "prod-db" is held by ben@ops`) {
		t.Errorf("release: exit code %d, stderr %q", code, stderr)
	}
}

// TestBreakAndTake on a terminal, with a reason given.
func TestBreakAndTake(t *testing.T) {
	t.Parallel()
	all := colleagues(t, "ana", "ben")
	ana, ben := all[0], all[1]
	ana.ok(t, "acquire", "r")
	s := ben.breaks(t, "--take", "-m", "ana is ill", "r")
	s.types(t, "r\n")
	s.ended(t, exitDone, `broken; tell ana@ops: .*\r\n[0-9a-f]{32}\r\n`)
	ben.holds(t, "r", hexID.FindString(s.text()))
}

// TestBreakGivenUp: every answer but the right one leaves the lock as it is, at once.
func TestBreakGivenUp(t *testing.T) {
	t.Parallel()
	all := colleagues(t, "ana", "ben")
	ana, ben := all[0], all[1]
	id := ana.ok(t, "acquire", "prod-db")
	for _, c := range []struct{ name, keys, next, keysThen, says string }{
		{"another name", "prod-db2\n", "", "", "that is not the name of the resource; nothing was changed"},
		{"part of the name", "prod\n", "", "", "that is not the name"},
		{"another case", "Prod-db\n", "", "", "that is not the name"},
		{"yes", "yes\n", "", "", "that is not the name"},
		{"nothing", "\n", "", "", "that is not the name"},
		{"Ctrl-C", "\x03", "", "", `\r\nstormlock: interrupted; nothing was changed`},
		{"Ctrl-C in the name", "prod-\x03", "", "", "interrupted; nothing was changed"},
		{"end of the input", "\x04", "", "", `\r\nstormlock: no answer was given; nothing was changed`},
		{"name without its end", "prod-db\x04\x04", "", "", "no answer was given; nothing was changed"},
		{"no reason", "prod-db\n", "why it has to be broken: $", "\n", "no reason was given; nothing was changed"},
		{"white space as reason", "prod-db\n", "why it has to be broken: $", " \t\n", "no reason was given"},
		{"Ctrl-C in the reason", "prod-db\n", "why it has to be broken: $", "ana \x03", "interrupted; nothing was changed"},
		{"no reason at the end of the input", "prod-db\n", "why it has to be broken: $", "\x04", "no answer was given"},
	} {
		s := ben.breaks(t, "prod-db")
		s.types(t, c.keys)
		if c.next != "" {
			s.await(t, c.next)
			s.types(t, c.keysThen)
		}
		t.Log(c.name)
		s.ended(t, exitUnavailable, c.says)
	}
	ana.holds(t, "prod-db", id)
}

// TestBreakOfStrangeNames: a name is what is typed, whatever a shell would make of it.
func TestBreakOfStrangeNames(t *testing.T) {
	t.Parallel()
	all := colleagues(t, "ana", "ben")
	ana, ben := all[0], all[1]
	for _, name := range []string{"-x", "--yes", "prod  db", `it's "$HOME" \n %s`, "Zürich/データ", "yes", strings.Repeat("x", 255)} {
		ana.ok(t, "acquire", "--", name)
		s := ben.breaks(t, "-m", "why", "--", name)
		s.types(t, " "+name+" \n")
		s.ended(t, exitDone, "broken; tell ana@ops")
		if _, _, code := ben.run(t, "current", "--", name); code != exitNone {
			t.Errorf("%q: current: exit code %d", name, code)
		}
	}
}

// TestBreakAfterAChange: the lease that was shown is broken, and no other, however
// long the question was open.
func TestBreakAfterAChange(t *testing.T) {
	t.Parallel()
	all := colleagues(t, "ana", "ben", "cara")
	ana, ben, cara := all[0], all[1], all[2]
	ana.ok(t, "acquire", "r")
	s := ben.breaks(t, "-m", "why", "--take", "r")
	ana.ok(t, "release", "r")
	id := cara.ok(t, "acquire", "-m", "mine now", "r")
	s.types(t, "r\n")
	s.ended(t, exitLost, `nothing was broken: the lease of ana@ops is over by now; resource "r" is held by cara@ops since .* still: mine now`)
	cara.holds(t, "r", id)
	cara.ok(t, "release", "r")

	cara.ok(t, "acquire", "r")
	s = ben.breaks(t, "-m", "why", "--take", "r")
	cara.ok(t, "release", "r")
	s.types(t, "r\n")
	s.ended(t, exitLost, `the lease of cara@ops is over by now; nobody holds resource "r"`)
	if _, _, code := ben.run(t, "current", "r"); code != exitNone {
		t.Errorf("current: exit code %d", code)
	}
}

// TestBreakBothAtOnce: of two who break the same lease, one does.
func TestBreakBothAtOnce(t *testing.T) {
	t.Parallel()
	all := colleagues(t, "ana", "ben", "cara")
	ana, ben, cara := all[0], all[1], all[2]
	ana.ok(t, "acquire", "r")
	first, second := ben.breaks(t, "-m", "why", "--take", "r"), cara.breaks(t, "-m", "why", "--take", "r")
	first.types(t, "r\n")
	first.ended(t, exitDone, "broken; tell ana@ops: ben@ops")
	second.types(t, "r\n")
	second.ended(t, exitLost, `nothing was broken: .*; resource "r" is held by ben@ops`)
	ben.holds(t, "r", hexID.FindString(first.text()))
}

// TestBreakTakesItsTime: what a person takes to answer is no part of --timeout, and no
// plugin waits meanwhile.
func TestBreakTakesItsTime(t *testing.T) {
	t.Parallel()
	all := colleagues(t, "ana", "ben")
	ana, ben := all[0], all[1]
	ana.ok(t, "acquire", "r")
	s := onScreen(t, ben.command("--timeout", "8s", "break", "-m", "why", "r"))
	s.await(t, "to break its lock: $")
	if out, err := exec.Command("pgrep", "-P", strconv.Itoa(s.cmd.Process.Pid)).Output(); err == nil {
		t.Errorf("processes below: %s", out)
	}
	time.Sleep(9 * time.Second)
	s.types(t, "r\n")
	s.ended(t, exitDone, "broken; tell ana@ops")
}

// TestBreakByLeaseOnATerminal: --lease names which one, and the question remains.
func TestBreakByLeaseOnATerminal(t *testing.T) {
	t.Parallel()
	all := colleagues(t, "ana", "ben")
	ana, ben := all[0], all[1]
	id := ana.ok(t, "acquire", "r")
	s := onScreen(t, ben.command("break", "--lease", canaryID, "r"))
	s.ended(t, exitLost, `nothing was broken: lease `+canaryID+` is not the current one; resource "r" is held by ana@ops`)
	s = ben.breaks(t, "--lease", id, "r")
	s.types(t, "\x03")
	s.ended(t, exitUnavailable, "interrupted; nothing was changed")
	ana.holds(t, "r", id)
	s = onScreen(t, ben.command("break", "--lease", id, "--yes", "r"))
	s.await(t, "why it has to be broken: $")
	s.types(t, "ana is ill\n")
	s.ended(t, exitDone, "broken; tell ana@ops: .*: ana is ill")
	s = onScreen(t, ben.command("break", "r"))
	s.ended(t, exitNone, `nobody holds resource "r"`)
}
