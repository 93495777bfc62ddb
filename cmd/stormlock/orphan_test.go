//go:build unix

package main

import (
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stormlock/stormlock/internal/pluginhost/plugintest"
)

// A hosted is a running stormlock in a process group of its own, as a shell
// would start it, with a plugin that reports to files.
type hosted struct {
	cmd    *exec.Cmd
	stderr strings.Builder
	pid    string // file with the plugin's process id
	event  string // file with the plugin's last event
	tmp    string // TMPDIR: a short path, for sockets lie below
	dir    string // HOME, and the directory of the backend "scripted"
	path   string // PATH
}

// prepared makes "stormlock acquire r" with a test backend ready to start.
func prepared(t *testing.T, backend string, args ...string) *hosted {
	t.Helper()
	dir := t.TempDir()
	tmp, err := os.MkdirTemp("", "sl")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(tmp) })
	h := &hosted{tmp: tmp, dir: dir, path: plugintest.Install(t, backend), pid: filepath.Join(dir, "pid"), event: filepath.Join(dir, "event")}
	config := filepath.Join(dir, "stormlock.cfg")
	text := "[default]\nbackend = " + backend + "\nttl = 5m\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	h.cmd = exec.Command("stormlock", append([]string{"-c", config, "acquire", "r"}, args...)...)
	h.cmd.Env = append(os.Environ(),
		"PATH="+h.path, "HOME="+dir, "TMPDIR="+tmp, plugintest.ScriptDir+"="+dir,
		plugintest.PIDFile+"="+h.pid, plugintest.EventFile+"="+h.event)
	h.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	h.cmd.Stderr = &h.stderr
	passOnNoNohup()
	return h
}

// passOnNoNohup lets what is started from here on hear hangups, also if the
// tests themselves were started with nohup: it would inherit that they are
// ignored.
func passOnNoNohup() {
	if signal.Ignored(syscall.SIGHUP) {
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	}
}

// acquireWith starts "stormlock acquire r" with a test backend.
func acquireWith(t *testing.T, backend string, args ...string) *hosted {
	t.Helper()
	h := prepared(t, backend, args...)
	h.start(t)
	return h
}

func (h *hosted) start(t *testing.T) {
	t.Helper()
	if err := h.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.cmd.Process.Kill() })
}

// ignore has stormlock start with signals that are ignored.
func (h *hosted) ignore(signals string) {
	// h.cmd.Path is absolute: Command has looked it up.
	h.cmd.Args = append([]string{"sh", "-c", `trap "" ` + signals + `; exec "$@"`, "sh", h.cmd.Path}, h.cmd.Args[1:]...)
	h.cmd.Path = "/bin/sh"
}

// scripted starts "stormlock acquire r" with the backend "scripted".
func scripted(t *testing.T, script string, args ...string) *hosted {
	t.Helper()
	h := prepared(t, "scripted", args...)
	if err := os.WriteFile(filepath.Join(h.dir, "script"), []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	h.start(t)
	return h
}

// check waits for stormlock and checks its exit code and that it said one line
// with this text.
func (h *hosted) check(t *testing.T, code int, text string) {
	t.Helper()
	if got := h.exit(); got != code {
		t.Errorf("exit code %d, want %d", got, code)
	}
	if said := h.stderr.String(); !strings.Contains(said, text) || strings.Count(said, "\n") != 1 {
		t.Errorf("stderr is %q, want one line with %q", said, text)
	}
}

// hexID is the lease id of a call.
var hexID = regexp.MustCompile(`[0-9a-f]{32}`)

// checkCalls checks what the backend "scripted" was asked, the lease id being
// the same in each, here ID.
func (h *hosted) checkCalls(t *testing.T, want ...string) {
	t.Helper()
	calls := content(filepath.Join(h.dir, "calls"))
	got := strings.ReplaceAll(calls, hexID.FindString(calls), "ID")
	if got != strings.Join(want, "\n")+"\n" {
		t.Errorf("calls:\n%swant:\n%s", got, strings.Join(want, "\n"))
	}
}

// notes are the files of the lease record.
func (h *hosted) notes(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(h.dir, ".local/state/stormlock/leases/*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// await polls until ok, and fails the test after a time that is many times
// what is expected.
func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("timed out: %s", what)
}

func content(path string) string {
	text, _ := os.ReadFile(path)
	return string(text)
}

// plugin waits for the plugin's process to run and returns its id.
func (h *hosted) plugin(t *testing.T) int {
	t.Helper()
	await(t, "the plugin runs", func() bool { return content(h.pid) != "" })
	pid, err := strconv.Atoi(content(h.pid))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// exit waits for stormlock and returns its exit code, -1 for a signal.
func (h *hosted) exit() int {
	_ = h.cmd.Wait()
	return h.cmd.ProcessState.ExitCode()
}

func (h *hosted) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := h.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// gone reports whether a process has ended. One that nobody has waited for yet
// has: an orphan's new parent may be slow.
func gone(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return true
	}
	stat := content("/proc/" + strconv.Itoa(pid) + "/stat")
	_, state, _ := strings.Cut(stat, ") ")
	return strings.HasPrefix(state, "Z")
}

// moments are when a signal can come, and what the plugin has done in the end.
var moments = map[string]struct {
	backend string
	reached func(*hosted) bool
	event   string // "" where the plugin has not come as far as the SDK
}{
	"before the handshake": {"hangs", func(h *hosted) bool { return content(h.pid) != "" }, ""},
	"during the call":      {"slow", func(h *hosted) bool { return content(h.event) == "acquiring" }, "rolled back"},
	"after the call":       {"lingering", func(h *hosted) bool { return content(h.event) == "closing" }, "closing"},
}

// TestNoOrphans: whatever ends stormlock, whenever it does, the plugin ends
// too, after it has undone what was under way, and leaves no socket.
func TestNoOrphans(t *testing.T) {
	signals := map[string]syscall.Signal{
		"KILL": syscall.SIGKILL, "TERM": syscall.SIGTERM, "INT": syscall.SIGINT, "HUP": syscall.SIGHUP,
	}
	for moment, m := range moments {
		for name, signal := range signals {
			for target, sign := range map[string]int{"stormlock": 1, "its group": -1} {
				t.Run(name+" to "+target+" "+moment, func(t *testing.T) {
					t.Parallel()
					h := acquireWith(t, m.backend)
					plugin := h.plugin(t)
					await(t, moment, func() bool { return m.reached(h) })
					if err := syscall.Kill(sign*h.cmd.Process.Pid, signal); err != nil {
						t.Fatal(err)
					}
					await(t, "the plugin ends", func() bool { return gone(plugin) })
					h.exit()
					if got := content(h.event); got != m.event {
						t.Errorf("the plugin's last event is %q, want %q", got, m.event)
					}
					if m.event != "" {
						await(t, "TMPDIR is empty", func() bool { return isEmpty(h.tmp) })
					}
				})
			}
		}
	}
}

func isEmpty(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && len(entries) == 0
}

// TestInterruptedAcquire: Ctrl-C while the backend is at work lets it undo what it
// began; then a release makes certain that nothing is held.
func TestInterruptedAcquire(t *testing.T) {
	h := acquireWith(t, "slow")
	await(t, "the call", func() bool { return content(h.event) == "acquiring" })
	if err := syscall.Kill(-h.cmd.Process.Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	h.check(t, exitUnavailable, "interrupted; nothing is held")
	if got := content(h.event); got != "rolled back" {
		t.Errorf("the backend's last event is %q", got)
	}
}

// TestInterruptGivesBack: the lock was taken, the answer was lost, and Ctrl-C
// leaves nothing behind.
func TestInterruptGivesBack(t *testing.T) {
	h := scripted(t, "hang die ok")
	await(t, "the call", func() bool { return content(h.event) == "hang" })
	h.signal(t, syscall.SIGINT)
	h.check(t, exitUnavailable, "was released again")
	h.checkCalls(t, "acquire ID hang", "release ID die", "release ID ok")
	if notes := h.notes(t); len(notes) != 0 {
		t.Errorf("on record: %v", notes)
	}
}

// TestInterruptWithoutAnAnswer: it cannot be told whether the lock was given back.
func TestInterruptWithoutAnAnswer(t *testing.T) {
	h := scripted(t, "hang"+strings.Repeat(" die", 100))
	await(t, "the call", func() bool { return content(h.event) == "hang" })
	h.signal(t, syscall.SIGINT)
	h.check(t, exitUnknown, "interrupted; to settle it, run: ")
	if notes := h.notes(t); len(notes) != 1 {
		t.Errorf("on record: %v", notes)
	}
}

// TestInterruptOfARepeat: the lease that --lease-id names may have been held
// for long. It is not ended.
func TestInterruptOfARepeat(t *testing.T) {
	h := acquireWith(t, "eager", "--lease-id", "000102030405060708090a0b0c0d0e0f")
	await(t, "the call", func() bool { return content(h.event) == "acquiring" })
	h.signal(t, syscall.SIGINT)
	if code := h.exit(); code != exitUnknown {
		t.Errorf("exit code %d, want %d; stderr: %s", code, exitUnknown, h.stderr.String())
	}
}

// TestSignalsThatComeTwice, as a hangup does from the kernel and from the
// shell, do not keep the outcome from being told.
func TestSignalsThatComeTwice(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGHUP, syscall.SIGTERM, syscall.SIGINT} {
		h := acquireWith(t, "slow")
		await(t, "the call", func() bool { return content(h.event) == "acquiring" })
		h.signal(t, s)
		time.Sleep(20 * time.Millisecond)
		h.signal(t, s)
		h.check(t, exitUnavailable, "interrupted; nothing is held")
	}
}

// TestSecondInterrupt is somebody who does not want to wait. What is known is
// told all the same.
func TestSecondInterrupt(t *testing.T) {
	h := acquireWith(t, "slow")
	plugin := h.plugin(t)
	await(t, "the call", func() bool { return content(h.event) == "acquiring" })
	h.signal(t, syscall.SIGINT)
	time.Sleep(secondInterrupt + 100*time.Millisecond)
	h.signal(t, syscall.SIGINT)
	if code := h.exit(); code != exitUnknown {
		t.Errorf("exit code %d, want %d", code, exitUnknown)
	}
	if text := h.stderr.String(); !strings.Contains(text, "to settle it, run: ") || strings.Count(text, "\n") != 1 {
		t.Errorf("stderr is %q", text)
	}
	await(t, "the plugin ends", func() bool { return gone(plugin) })
}

// TestAllSignalsIgnored: then none of the others ends a command either.
func TestAllSignalsIgnored(t *testing.T) {
	h := prepared(t, "eager", "--timeout", "10s")
	h.ignore("HUP INT TERM")
	h.start(t)
	await(t, "the call", func() bool { return content(h.event) == "acquiring" })
	h.signal(t, syscall.SIGWINCH)
	if h.exit(); !strings.Contains(h.stderr.String(), "in time") {
		t.Errorf("stderr is %q", h.stderr.String())
	}
}

// TestNohup: a hangup that the caller has us ignore does not end a command.
func TestNohup(t *testing.T) {
	h := prepared(t, "slow")
	h.ignore("HUP")
	h.start(t)
	await(t, "the call", func() bool { return content(h.event) == "acquiring" })
	h.signal(t, syscall.SIGHUP)
	time.Sleep(200 * time.Millisecond)
	if content(h.event) != "acquiring" || gone(h.cmd.Process.Pid) {
		t.Error("SIGHUP ended the command")
	}
	h.signal(t, syscall.SIGTERM)
	h.check(t, exitUnavailable, "interrupted; nothing is held")
}

// TestInterruptBeforeTheRequest: nothing was asked for, and that is said.
func TestInterruptBeforeTheRequest(t *testing.T) {
	h := acquireWith(t, "hangs")
	h.plugin(t)
	h.signal(t, syscall.SIGINT)
	if code := h.exit(); code != exitUnavailable {
		t.Errorf("exit code %d, want %d; stderr: %s", code, exitUnavailable, h.stderr.String())
	}
}

// TestFullStdout: the lock is held and its id cannot be printed where it was
// wanted.
func TestFullStdout(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("this system has no /dev/full")
	}
	defer full.Close()
	h := prepared(t, "good")
	h.cmd.Stdout = full
	checkUnprinted(t, h)
}

// TestClosedStdout is "stormlock acquire r | true".
func TestClosedStdout(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	h := prepared(t, "good")
	h.cmd.Stdout = w
	checkUnprinted(t, h)
}

func checkUnprinted(t *testing.T, h *hosted) {
	t.Helper()
	_ = h.cmd.Run()
	if code := h.cmd.ProcessState.ExitCode(); code != exitInternal {
		t.Errorf("exit code %d, want %d", code, exitInternal)
	}
	if text := h.stderr.String(); !strings.Contains(text, "is acquired, but") || !strings.Contains(text, "the lease id is ") {
		t.Errorf("stderr is %q", text)
	}
}
