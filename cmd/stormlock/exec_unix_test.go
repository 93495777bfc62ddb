//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk/backendtest"

	"github.com/stormlock/stormlock/test/servers"
)

// under prepares "stormlock exec r" with a shell script as the command.
func (o *operator) under(script string, flags ...string) *exec.Cmd {
	return o.command(append(append([]string{"exec"}, flags...), "r", "--", "sh", "-c", script)...)
}

// begun starts a command and waits until the file that its script names "ready"
// holds a process id, which it returns. What is left of it is killed at the end of
// the test.
func (o *operator) begun(t *testing.T, cmd *exec.Cmd) (pid int) {
	t.Helper()
	passOnNoNohup()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = cmd.Process.Kill(), cmd.Wait() })
	return o.number(t, "ready")
}

// number waits for a file of the operator's that holds a process id.
func (o *operator) number(t *testing.T, name string) (pid int) {
	t.Helper()
	backendtest.Eventually(t, 30*time.Second, "the file "+name, func() bool {
		pid, _ = strconv.Atoi(strings.TrimSpace(content(filepath.Join(o.home, name))))
		return pid > 0
	})
	return pid
}

func vanishes(t *testing.T, what string, pid int) {
	t.Helper()
	backendtest.Eventually(t, 30*time.Second, what+" is gone", func() bool { return gone(pid) })
}

// ready tells a test that the command runs.
const ready = `echo $$ > ready.part; mv ready.part ready; `

// family is a script of two processes that do not heed the signals that ask them to
// end; the other one is "child".
const family = `trap "" TERM INT HUP; sh -c 'echo $$ > child; while :; do sleep 0.2; done' & ` + ready + `while :; do sleep 0.2; done`

// passedOnSignals are those that can be caught and mean something to a command.
var passedOnSignals = map[string]syscall.Signal{
	"HUP": syscall.SIGHUP, "INT": syscall.SIGINT, "QUIT": syscall.SIGQUIT, "ABRT": syscall.SIGABRT,
	"USR1": syscall.SIGUSR1, "USR2": syscall.SIGUSR2, "ALRM": syscall.SIGALRM, "TERM": syscall.SIGTERM,
	"VTALRM": syscall.SIGVTALRM, "WINCH": syscall.SIGWINCH, "XCPU": syscall.SIGXCPU, "XFSZ": syscall.SIGXFSZ,
	"IO": syscall.SIGIO,
}

// TestExecPassesSignalsOn: to the command, whose exit status stays exec's.
func TestExecPassesSignalsOn(t *testing.T) {
	for name, signal := range passedOnSignals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOperator(t, "good", "")
			cmd := o.under(fmt.Sprintf(`trap 'echo got %s; exit 5' %d; %s while :; do sleep 0.1; done`, name, signal, ready))
			var out bytes.Buffer
			cmd.Stdout = &out
			o.begun(t, cmd)
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			if code := cmd.ProcessState.ExitCode(); code != 5 || out.String() != "got "+name+"\n" {
				t.Errorf("exit code %d, stdout %q", code, &out)
			}
		})
	}
}

// TestExecReleasesAfterASignal: the command ends by it, and nothing stays locked.
func TestExecReleasesAfterASignal(t *testing.T) {
	o := newOperator(t, "local", "")
	cmd := o.under(ready + `exec sleep 600`)
	o.begun(t, cmd)
	_ = cmd.Process.Signal(syscall.SIGTERM)
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 128+int(syscall.SIGTERM) {
		t.Errorf("exit code %d", code)
	}
	if _, _, code := o.run(t, "current", "r"); code != exitNone {
		t.Errorf("current: exit code %d", code)
	}
}

// TestExecUnderNohup: a hangup is not for the command then.
func TestExecUnderNohup(t *testing.T) {
	o := newOperator(t, "good", "")
	cmd := o.command()
	cmd.Args = []string{"sh", "-c", `trap "" HUP; exec "$@"`, "sh", cmd.Path, "exec", "r", "--", "sh", "-c", ready + `while [ ! -e go ]; do sleep 0.1; done; exit 4`}
	cmd.Path = "/bin/sh"
	o.begun(t, cmd)
	_ = cmd.Process.Signal(syscall.SIGHUP)
	time.Sleep(100 * time.Millisecond)
	if err := os.WriteFile(filepath.Join(o.home, "go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 4 {
		t.Errorf("exit code %d", code)
	}
}

// TestExecKilled: the command, and what it has started, do not outlive stormlock.
func TestExecKilled(t *testing.T) {
	o := newOperator(t, "local", "")
	cmd := o.under(family)
	pid := o.begun(t, cmd)
	child := o.number(t, "child")
	_ = cmd.Process.Kill()
	vanishes(t, "the command", pid)
	vanishes(t, "its child", child)
	if lease := o.ok(t, "current", "r"); lease == "" {
		t.Error("the lock is not held until its lease is over")
	}
}

// TestExecStopped: a stormlock that is stopped cannot renew, so the guard ends the
// command before the lease is over.
func TestExecStopped(t *testing.T) {
	o := newOperator(t, "local", "")
	cmd := o.under(family, "-t", "6s")
	var said bytes.Buffer
	cmd.Stderr = &said
	pid := o.begun(t, cmd)
	child := o.number(t, "child")
	if err := servers.Freeze(cmd.Process.Pid); err != nil {
		t.Fatal(err)
	}
	id, _, _ := o.run(t, "current", "--id-only", "r")
	backendtest.Eventually(t, 30*time.Second, "the command is gone", func() bool { return gone(pid) })
	if _, stderr, code := o.run(t, "is-held", "r", strings.TrimSpace(id)); code == exitNone && strings.Contains(stderr, "held by") {
		t.Errorf("somebody else holds the lock: %s", stderr)
	}
	vanishes(t, "its child", child)
	_ = cmd.Process.Signal(syscall.SIGCONT)
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitLeaseLost || !strings.Contains(said.String(), "is killed, for the lease is about to end") {
		t.Errorf("exit code %d, stderr %q", code, &said)
	}
}

// TestExecStoreDown: a lease that cannot be renewed any more. The command is told
// while there is time, and ended with all that it has started.
func TestExecStoreDown(t *testing.T) {
	o := newOperator(t, "scripted", "")
	var script strings.Builder
	script.WriteString("ok\n")
	for range 200 {
		script.WriteString("down\n")
	}
	if err := os.WriteFile(filepath.Join(o.home, "script"), []byte(script.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd := o.under(`trap 'echo told > told' TERM; sh -c 'trap "" TERM; echo $$ > child; while :; do sleep 0.2; done' & `+ready+`while :; do sleep 0.2; done`, "-t", "6s", "--timeout", "5s")
	cmd.Stderr = &said
	pid := o.begun(t, cmd)
	child := o.number(t, "child")
	vanishes(t, "the command", pid)
	vanishes(t, "its child", child)
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitLeaseLost || content(filepath.Join(o.home, "told")) != "told\n" {
		t.Errorf("exit code %d, stderr %q", code, &said)
	}
	for _, text := range []string{"cannot be renewed: ", "the lease was not renewed in time: ", "may not be released"} {
		if !strings.Contains(said.String(), text) {
			t.Errorf("stderr is %q, want %q", &said, text)
		}
	}
}

// TestExecRenews: the lease outlasts its TTL for as long as the command runs.
func TestExecRenews(t *testing.T) {
	o := newOperator(t, "local", "")
	stdout, stderr, code := o.run(t, "exec", "-t", "6s", "r", "--", "sh", "-c", `sleep 10; stormlock is-held r "$STORMLOCK_LEASE_ID" && echo still`)
	if code != exitDone || stdout != "still\n" || stderr != "" {
		t.Errorf("exit code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}

// TestExecFloods: what the command prints is not touched, however much it is, and a
// reader that goes away ends it as it would alone.
func TestExecFloods(t *testing.T) {
	o := newOperator(t, "good", "")
	const size = 64 << 20
	cmd := o.under(fmt.Sprintf("yes | head -c %d", size))
	pipe, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	var got int
	for block := make([]byte, 1<<16); err == nil; {
		var n int
		n, err = pipe.Read(block)
		got += n
	}
	if err := cmd.Wait(); err != nil || got != size {
		t.Errorf("%d bytes, %v", got, err)
	}
	stdout, _, code := o.shell(t, "stormlock exec r -- yes | head -1; echo done")
	if code != 0 || stdout != "y\ndone\n" {
		t.Errorf("exit code %d, stdout %q", code, stdout)
	}
}

// shell runs a command line as the operator would.
func (o *operator) shell(t *testing.T, line string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command("/bin/sh", "-c", line)
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = o.env, o.home, &out, &errs
	_ = cmd.Run()
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// TestExecInterruptedBefore: a Ctrl-C while the lock is being taken.
func TestExecInterruptedBefore(t *testing.T) {
	o := newOperator(t, "scripted", "")
	if err := os.WriteFile(filepath.Join(o.home, "script"), []byte("hang\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := o.under("echo ran")
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	passOnNoNohup()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, "the lock is asked for", func() bool { return strings.Contains(content(filepath.Join(o.home, "calls")), "acquire") })
	_ = cmd.Process.Signal(syscall.SIGINT)
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitOwnFailure || out.Len() > 0 || !strings.Contains(said.String(), "interrupted") {
		t.Errorf("exit code %d, stdout %q, stderr %q", code, &out, &said)
	}
	if mine := o.ok(t, "mine"); mine != "" {
		t.Errorf("mine shows %q", mine)
	}
}

// TestExecInterruptedWhileItWaits: nothing is run and nothing is left.
func TestExecInterruptedWhileItWaits(t *testing.T) {
	o := newOperator(t, "local", "")
	o.ok(t, "acquire", "r")
	ids := func() []string { return hexID.FindAllString(o.ok(t, "mine"), -1) }
	before := ids()
	cmd := o.under("echo ran", "--wait", "forever")
	var out bytes.Buffer
	cmd.Stdout = &out
	said, err := cmd.StderrPipe()
	passOnNoNohup()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := said.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Process.Signal(syscall.SIGINT)
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitOwnFailure || out.Len() > 0 {
		t.Errorf("exit code %d, stdout %q", code, &out)
	}
	if mine := ids(); !slices.Equal(mine, before) {
		t.Errorf("mine shows %q, before %q", mine, before)
	}
}

// TestExecInterruptsAreTheCommands: Ctrl-C twice ends stormlock while it asks a
// store, but not while a command runs that goes on.
func TestExecInterruptsAreTheCommands(t *testing.T) {
	o := newOperator(t, "good", "")
	cmd := o.under(`trap 'echo got; echo $$ > "got$n"; n=1$n' INT; trap 'exit 5' USR1; ` + ready + `while :; do sleep 0.1; done`)
	var out bytes.Buffer
	cmd.Stdout = &out
	o.begun(t, cmd)
	for _, file := range []string{"got", "got1", "got11"} {
		_ = cmd.Process.Signal(syscall.SIGINT)
		o.number(t, file)
		time.Sleep(secondInterrupt + 100*time.Millisecond)
	}
	_ = cmd.Process.Signal(syscall.SIGUSR1)
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 5 || out.String() != "got\ngot\ngot\n" {
		t.Errorf("exit code %d, stdout %q", code, &out)
	}
}
