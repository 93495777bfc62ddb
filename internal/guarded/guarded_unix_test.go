//go:build unix

package guarded

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk/backendtest"
	"github.com/stormlock/stormlock/sdk/boottime"
)

func TestMain(m *testing.M) {
	RunIfHelper()
	// Built with -race, each helper would sleep for a second at its end.
	_ = os.Setenv("GORACE", "atexit_sleep_ms=0 "+os.Getenv("GORACE"))
	os.Exit(m.Run())
}

// wait is a bound for what happens at once, on a busy machine.
const wait = 20 * time.Second

// script starts a shell script in dir, and kills it at the end of the test.
func script(t *testing.T, dir, text string, limits ...boottime.Instant) *Process {
	t.Helper()
	c := Command{Path: "/bin/sh", Args: []string{"sh", "-c", "cd " + dir + "; " + text}, Env: os.Environ(), Warning: "a test's command"}
	if len(limits) == 2 {
		c.Terminate, c.Kill = limits[0], limits[1]
	}
	p, err := Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Kill()
		<-p.Done()
	})
	return p
}

// number waits for a file that holds a number.
func number(t *testing.T, path string) (n int) {
	t.Helper()
	backendtest.Eventually(t, wait, path, func() bool {
		text, err := os.ReadFile(path)
		n, _ = strconv.Atoi(strings.TrimSpace(string(text)))
		return err == nil && n > 0
	})
	return n
}

// alive reports whether a process runs. A zombie does not.
func alive(pid int) bool {
	state, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && !strings.HasPrefix(string(state), "Z")
}

func ended(t *testing.T, p *Process) {
	t.Helper()
	select {
	case <-p.Done():
	case <-time.After(wait):
		t.Fatal("the command does not end")
	}
}

func TestStatus(t *testing.T) {
	for text, want := range map[string]int{"exit 0": 0, "exit 7": 7, "kill -9 $$": 137, "kill -TERM $$": 143} {
		p := script(t, t.TempDir(), text)
		ended(t, p)
		if p.Status() != want {
			t.Errorf("%s: status %d, want %d", text, p.Status(), want)
		}
	}
}

func TestLook(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	if err := os.WriteFile(filepath.Join(dir, "plain"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]error{
		"sh": nil, "/bin/sh": nil, "no-such-command": ErrNotFound, "/no/such/command": ErrNotFound,
		filepath.Join(dir, "plain"): ErrNotExecutable, dir: ErrNotExecutable,
	} {
		if path, err := Look(name); !errors.Is(err, want) || (err == nil) != (path != "") {
			t.Errorf("%s: %q, %v, want %v", name, path, err, want)
		}
	}
}

func TestCannotBeExecuted(t *testing.T) {
	for name, content := range map[string]string{"garbage": "garbage", "no-interpreter": "#!/no/such/interpreter\n"} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), 0o700); err != nil {
			t.Fatal(err)
		}
		if p, err := Start(Command{Path: path, Args: []string{name}}); !errors.Is(err, ErrNotExecutable) {
			t.Errorf("%s: %v, %v", name, p, err)
		}
	}
}

// TestCommandIsAsIfItWereAlone: it is a process group of its own, ignores no
// signal, and has none of our descriptors.
func TestCommandIsAsIfItWereAlone(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux shows what a process has")
	}
	dir := t.TempDir()
	const look = `ls /proc/self/fd; grep SigIgn /proc/$$/status`
	p := script(t, dir, "{ "+look+"; } > fds; ps -o pgid= -p $$ > group")
	ended(t, p)
	fds, _ := os.ReadFile(filepath.Join(dir, "fds"))
	alone := exec.Command("/bin/sh", "-c", "cd "+dir+"; { "+look+"; } > alone")
	alone.Stdin, alone.Stdout, alone.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := alone.Run(); err != nil {
		t.Fatal(err)
	}
	if want, _ := os.ReadFile(filepath.Join(dir, "alone")); string(fds) != string(want) {
		t.Errorf("the command has the descriptors and ignores the signals %q, alone it would be %q", fds, want)
	}
	if group := number(t, filepath.Join(dir, "group")); group != p.pid || group == syscall.Getpgrp() {
		t.Errorf("the command's process group is %d, its process %d", group, p.pid)
	}
}

// TestSignalsThatCameBefore: what was caught before the command runs is for it.
func TestSignalsThatCameBefore(t *testing.T) {
	signals := make(chan os.Signal, 1)
	signals <- syscall.SIGUSR1
	p, err := Start(Command{Path: "/bin/sh", Args: []string{"sh", "-c", "exec sleep 600"}, Env: os.Environ(), Signals: signals})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	ended(t, p)
	if want := 128 + int(syscall.SIGUSR1); p.Status() != want {
		t.Errorf("status %d, want %d", p.Status(), want)
	}
}

// TestInheritedDescriptorsStay: what the caller opened for the command by number is
// not taken by ours.
func TestInheritedDescriptorsStay(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	out, err := exec.Command("/bin/sh", "-c", `exec 3>"$1/three" 4>"$1/four"; exec "$2" -test.run=TestWriteThere`, "sh", dir, self).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, name := range []string{"three", "four"} {
		if text, _ := os.ReadFile(filepath.Join(dir, name)); string(text) != name {
			t.Errorf("descriptor %s got %q", name, text)
		}
	}
}

// TestWriteThere is the process of TestInheritedDescriptorsStay.
func TestWriteThere(t *testing.T) {
	p := script(t, t.TempDir(), `{ printf three >&3; printf four >&4; } 2>/dev/null; true`)
	ended(t, p)
}

// stubborn is a script whose processes, a shell and its child, do not heed
// SIGTERM.
const stubborn = `trap "" TERM HUP; sh -c 'trap "" TERM HUP; echo $$ > child; while :; do sleep 1; done' & while :; do sleep 1; done`

// TestGuardEndsTheGroup: the guard does so by itself, when it is time.
func TestGuardEndsTheGroup(t *testing.T) {
	dir := t.TempDir()
	p := script(t, dir, stubborn)
	child := number(t, filepath.Join(dir, "child"))
	now := boottime.Now()
	p.Limits(now, now+boottime.Instant(100*time.Millisecond))
	ended(t, p)
	backendtest.Eventually(t, wait, "the child is gone", func() bool { return !alive(child) })
}

// TestGuardTerminatesFirst: who ends when asked to is not killed.
func TestGuardTerminatesFirst(t *testing.T) {
	dir := t.TempDir()
	p := script(t, dir, `trap 'exit 5' TERM; echo $$ > ready; while :; do sleep 0.1; done`)
	number(t, filepath.Join(dir, "ready"))
	p.Limits(boottime.Now(), boottime.Now()+boottime.Instant(time.Hour))
	ended(t, p)
	if p.Status() != 5 {
		t.Errorf("status %d", p.Status())
	}
}

// TestStoppedCommandIsTerminated: it has to go on to hear that.
func TestStoppedCommandIsTerminated(t *testing.T) {
	dir := t.TempDir()
	p := script(t, dir, `echo $$ > ready; while :; do sleep 0.1; done`)
	number(t, filepath.Join(dir, "ready"))
	signalGroup(p.pid, syscall.SIGSTOP)
	p.Terminate()
	ended(t, p)
}

// TestLimitsBeforeTheStart: they are known before the command runs.
func TestLimitsBeforeTheStart(t *testing.T) {
	p := script(t, t.TempDir(), stubborn, 0, boottime.Now())
	ended(t, p)
	if p.Status() != 137 {
		t.Errorf("status %d", p.Status())
	}
}

// TestTerminatedCommandLeavesNothing: what it has started goes with it, also if
// that does not heed the signal.
func TestTerminatedCommandLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	p := script(t, dir, `sh -c 'trap "" TERM; echo $$ > child; while :; do sleep 1; done' & trap 'exit 0' TERM; wait`)
	child := number(t, filepath.Join(dir, "child"))
	p.Terminate()
	ended(t, p)
	backendtest.Eventually(t, wait, "the child is gone", func() bool { return !alive(child) })
}

// TestCommandLeavesItsBackground: what it leaves running when it ends by itself is
// not ours to end.
func TestCommandLeavesItsBackground(t *testing.T) {
	dir := t.TempDir()
	p := script(t, dir, `sh -c 'echo $$ > child; exec sleep 1000' & while [ ! -s child ]; do sleep 0.1; done`)
	ended(t, p)
	child := number(t, filepath.Join(dir, "child"))
	if !alive(child) {
		t.Error("the background process was ended")
	}
	_ = syscall.Kill(child, syscall.SIGKILL)
}

// TestGuardThatDoesNotListen: a guard that somebody stopped holds up nothing.
func TestGuardThatDoesNotListen(t *testing.T) {
	p := script(t, t.TempDir(), "exit 3")
	_ = p.guard.cmd.Process.Signal(syscall.SIGSTOP)
	ended(t, p)
	if p.Status() != 3 {
		t.Errorf("status %d", p.Status())
	}
}

// TestWatch: what a guard does when, and that it says it once.
func TestWatch(t *testing.T) {
	child := exec.Command("sh", "-c", `trap "" TERM; echo ready; while :; do sleep 1; done`)
	child.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	ready, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { killGroup(child.Process.Pid) })
	if _, err := ready.Read(make([]byte, 6)); err != nil {
		t.Fatal(err)
	}
	w := watch{order: order{Group: child.Process.Pid, Terminate: 100, Kill: 200}}
	w.act(99)
	if w.Terminate != 100 || w.killed {
		t.Errorf("before its time: %+v", w)
	}
	w.act(100)
	if w.Terminate != 0 || w.killed {
		t.Errorf("when it is time to terminate: %+v", w)
	}
	w.act(199)
	if w.killed || !alive(child.Process.Pid) {
		t.Errorf("before it is time to kill: %+v", w)
	}
	w.act(200)
	if !w.killed {
		t.Errorf("when it is time to kill: %+v", w)
	}
	_ = child.Wait()
	if none := (&watch{}); none.pause() <= 0 || none.pause() > guardTick {
		t.Errorf("with nothing to do, the guard looks at the clock after %s", none.pause())
	}
}
