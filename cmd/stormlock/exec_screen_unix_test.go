//go:build unix

package main

import (
	"os/exec"
	"strings"
	"testing"
)

// shellOnScreen starts an interactive shell with job control on a terminal, in the
// operator's home directory.
func (o *operator) shellOnScreen(t *testing.T) *screen {
	t.Helper()
	cmd := exec.Command("bash", "--norc", "--noprofile", "-i")
	cmd.Env, cmd.Dir = append(o.env, "PS1=prompt> "), o.home
	s := onScreen(t, cmd)
	s.await(t, "prompt> ")
	return s
}

// TestTerminalIsTheCommands: what is typed, Ctrl-C among it, is for the command
// alone.
func TestTerminalIsTheCommands(t *testing.T) {
	o := newOperator(t, "local", "")
	s := onScreen(t, o.under(`trap 'echo INT; exit 6' INT; test "$(ps -o tpgid= -p $$)" -eq $$ && echo foreground; read line; echo "read <$line>"; while :; do sleep 0.1; done`))
	s.await(t, `foreground`)
	s.types(t, "some words\n")
	s.await(t, `read <some words>`)
	s.types(t, "\x03")
	if code := s.exit(t); code != 6 {
		t.Errorf("exit code %d; the screen shows %q", code, s.text())
	}
	if _, _, code := o.run(t, "current", "r"); code != exitNone {
		t.Errorf("current: exit code %d", code)
	}
}

// TestTerminalComesBack: to whoever had it before.
func TestTerminalComesBack(t *testing.T) {
	o := newOperator(t, "good", "")
	cmd := exec.Command("sh", "-c", `stormlock exec r -- true; read line; echo "read <$line>"`)
	cmd.Env, cmd.Dir = o.env, o.home
	s := onScreen(t, cmd)
	s.types(t, "some words\n")
	s.await(t, `read <some words>`)
	if code := s.exit(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// TestCtrlZ: the shell gets its prompt, and fg and bg go on with the command.
func TestCtrlZ(t *testing.T) {
	o := newOperator(t, "local", "")
	s := o.shellOnScreen(t)
	s.types(t, "stormlock exec -t 10m r -- sh -c 'echo be''gun; while read line; do echo \"read <$line>\"; done; echo en''ded'\n")
	s.await(t, `begun`)
	s.types(t, "\x1a")
	s.await(t, `Stopped`)
	s.types(t, "stormlock current r; jobs; fg\n")
	s.await(t, `ana@ops`)
	s.types(t, "after fg\n")
	s.await(t, `read <after fg>`)
	s.types(t, "\x1a")
	s.await(t, `(?s)Stopped.*Stopped.*Stopped`) // jobs showed the second
	s.types(t, "bg; sleep 1; fg\n")
	s.types(t, "after bg\n")
	s.await(t, `read <after bg>`)
	s.types(t, "\x04")
	s.await(t, `ended`)
	s.types(t, "echo status=$?; stormlock current r; exit\n")
	s.await(t, `status=0`)
	s.await(t, `nobody holds`)
	s.exit(t)
}

// TestPipelineAtATerminal: another command of it can use the terminal, and the one
// under the lock gets it when it asks.
func TestPipelineAtATerminal(t *testing.T) {
	o := newOperator(t, "good", "")
	s := o.shellOnScreen(t)
	s.types(t, "stormlock exec r -- sh -c 'read line; echo \"read <$line>\"' | cat\n")
	s.types(t, "for the first\n")
	s.await(t, `read <for the first>`)
	s.types(t, "stormlock exec r -- sh -c 'sleep 1; echo flow' | sh -c 'read a; read b </dev/tty; echo \"$a <$b>\"'\n")
	s.types(t, "for the second\n")
	s.await(t, `flow <for the second>`)
	s.types(t, "stormlock exec r -- sleep 600 | cat\n")
	s.await(t, `sleep 600 \| cat`)
	s.types(t, "\x03")
	s.types(t, "echo over; exit\n")
	s.await(t, `\rover`)
	s.exit(t)
}

// TestPasswordPrompt: a command that turns the echo off gets the terminal for that,
// in the middle of a pipeline too.
func TestPasswordPrompt(t *testing.T) {
	o := newOperator(t, "good", "")
	s := o.shellOnScreen(t)
	s.types(t, "stormlock exec r -- sh -c 'stty -echo </dev/tty; printf pass''word: >/dev/tty; read p </dev/tty; stty echo </dev/tty; echo \"it was <$p>\"' | cat\n")
	s.await(t, `password:`)
	s.types(t, "secret\n")
	s.await(t, `it was <secret>`)
	if strings.Count(s.text(), "secret") != 1 {
		t.Errorf("the password was shown: %q", s.text())
	}
	s.types(t, "exit\n")
	s.exit(t)
}

// TestHangup: a terminal that is closed ends the command.
func TestHangup(t *testing.T) {
	o := newOperator(t, "local", "")
	s := onScreen(t, o.under(ready+`exec sleep 600`))
	pid := o.number(t, "ready")
	_ = s.f.Close()
	vanishes(t, "the command", pid)
	await(t, "the lock is released", func() bool {
		_, _, code := o.run(t, "current", "r")
		return code == exitNone
	})
}
