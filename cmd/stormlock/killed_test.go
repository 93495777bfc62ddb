//go:build unix

package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stormlock/stormlock/test/servers"
)

// shell runs a command line as the user of h would, and returns what it printed
// and its exit code.
func (h *hosted) shell(t *testing.T, line string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs strings.Builder
	cmd := exec.Command("/bin/sh", "-c", line)
	cmd.Env = append(slices.Clone(h.cmd.Env), "PATH="+filepath.Dir(h.cmd.Path)+":"+h.path)
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run()
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// mine returns the one lease that "stormlock mine" shows.
func (h *hosted) mine(t *testing.T) (only owned) {
	t.Helper()
	text, stderr, code := h.shell(t, "stormlock mine -f json")
	if err := json.Unmarshal([]byte(text), &only); err != nil || code != exitDone || stderr != "" {
		t.Fatalf("mine: exit code %d, %v; stdout %q, stderr %q", code, err, text, stderr)
	}
	return only
}

// killed is what is left by a kill -9 of everything in the middle of an acquire
// that has taken the lock.
func killed(t *testing.T) (*hosted, owned) {
	t.Helper()
	h := scripted(t, "hang")
	await(t, "the lock is taken", func() bool { return content(h.event) == "hang" })
	plugin := h.plugin(t)
	h.signal(t, syscall.SIGKILL)
	_ = syscall.Kill(plugin, syscall.SIGKILL)
	h.exit()
	await(t, "the plugin is gone", func() bool { return gone(plugin) })
	left := h.mine(t)
	if left.State != "outcome unknown" || left.Resource != "r" || !hexID.MatchString(left.ID) {
		t.Fatalf("mine shows %+v", left)
	}
	return h, left
}

// TestKilledAndRepeated: the first of the two commands keeps the lock.
func TestKilledAndRepeated(t *testing.T) {
	h, left := killed(t)
	if id, stderr, code := h.shell(t, left.Repeat); code != exitDone || id != left.ID+"\n" {
		t.Fatalf("%s: exit code %d, stdout %q, stderr %q", left.Repeat, code, id, stderr)
	}
	if now := h.mine(t); now.State != "held" || now.ID != left.ID {
		t.Errorf("mine shows %+v", now)
	}
}

// TestKilledAndGivenUp: the second gives it back.
func TestKilledAndGivenUp(t *testing.T) {
	h, left := killed(t)
	if _, stderr, code := h.shell(t, left.GiveUp); code != exitDone || stderr != "" {
		t.Fatalf("%s: exit code %d, stderr %q", left.GiveUp, code, stderr)
	}
	config := filepath.Join(h.dir, "stormlock.cfg")
	if _, _, code := h.shell(t, "stormlock -c "+config+" current r"); code != exitNone {
		t.Errorf("current: exit code %d, want %d", code, exitNone)
	}
	if text, _, _ := h.shell(t, "stormlock mine"); text != "" {
		t.Errorf("mine shows %q", text)
	}
}

// TestKilledWhileReleasing: the lease is not shown as held any more, for it may
// be released.
func TestKilledWhileReleasing(t *testing.T) {
	h := scripted(t, "ok hang")
	if code := h.exit(); code != exitDone {
		t.Fatalf("acquire: exit code %d; stderr: %s", code, h.stderr.String())
	}
	release := exec.Command(h.cmd.Path, "-c", filepath.Join(h.dir, "stormlock.cfg"), "release", "r")
	release.Env = h.cmd.Env
	if err := release.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, "the lock is released", func() bool { return content(h.event) == "hang" })
	plugin := h.plugin(t)
	_ = release.Process.Kill()
	_ = syscall.Kill(plugin, syscall.SIGKILL)
	_ = release.Wait()
	left := h.mine(t)
	if left.State != "release unknown" || left.Repeat != "" {
		t.Fatalf("mine shows %+v", left)
	}
	if _, stderr, code := h.shell(t, left.GiveUp); code != exitDone {
		t.Errorf("%s: exit code %d, stderr %q", left.GiveUp, code, stderr)
	}
}

// TestStoppedBeforePrinting: a process that was stopped for longer than the
// lease lasts, with the answer on its way, does not call that a success.
func TestStoppedBeforePrinting(t *testing.T) {
	h := scripted(t, "wait", "-t", "1s")
	await(t, "the lock is taken", func() bool { return content(h.event) == "wait" })
	if err := servers.Freeze(h.cmd.Process.Pid); err != nil {
		t.Fatal(err)
	}
	asked := time.Now()
	if err := os.WriteFile(filepath.Join(h.dir, "go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	await(t, "the lease is over", func() bool { return time.Since(asked) > 1100*time.Millisecond })
	h.signal(t, syscall.SIGCONT)
	h.check(t, exitLost, "the answer took so long")
}
