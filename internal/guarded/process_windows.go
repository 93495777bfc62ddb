package guarded

import (
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/stormlock/stormlock/sdk/boottime"
)

// RunIfHelper does nothing: there are no helpers here.
func RunIfHelper() {}

// A Process is a running command, in a job object that ends with this process.
type Process struct {
	cmd  *exec.Cmd
	job  windows.Handle
	done chan struct{}
}

// Start runs a command with our stdin, stdout and stderr. The error matches
// [ErrNotExecutable] if the command is at fault; nothing of it is left then.
func Start(c Command) (*Process, error) {
	job, err := newJob()
	if err != nil {
		return nil, err
	}
	cmd := &exec.Cmd{Path: c.Path, Args: c.Args, Env: c.Env, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}
	if err := cmd.Start(); err != nil {
		_ = windows.CloseHandle(job)
		return nil, notExecutable(c.Args[0], err)
	}
	p := &Process{cmd: cmd, job: job, done: make(chan struct{})}
	if err := p.join(); err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = windows.CloseHandle(job)
		return nil, err
	}
	go func() {
		defer close(p.done)
		_ = cmd.Wait()
	}()
	go p.relay(c.Signals)
	return p, nil
}

// newJob makes a job object whose processes end when its last handle is closed.
func newJob() (windows.Handle, error) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return 0, err
	}
	var limits windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION
	limits.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	_, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	if err != nil {
		_ = windows.CloseHandle(job)
		return 0, err
	}
	return job, nil
}

// join puts the command into its job.
func (p *Process) join() error {
	process, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(p.cmd.Process.Pid))
	if err != nil {
		return err
	}
	defer windows.CloseHandle(process)
	return windows.AssignProcessToJobObject(p.job, process)
}

// Done is closed when the command has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Status is the exit status of a command that is done.
func (p *Process) Status() int { return p.cmd.ProcessState.ExitCode() }

// Terminate asks the command to end, as Ctrl-Break does.
func (p *Process) Terminate() {
	_ = windows.GenerateConsoleCtrlEvent(windows.CTRL_BREAK_EVENT, uint32(p.cmd.Process.Pid))
}

// Kill ends the command and all that it has started.
func (p *Process) Kill() { _ = windows.TerminateJobObject(p.job, 1) }

// Limits does nothing: there is no guard.
func (p *Process) Limits(_, _ boottime.Instant) {}

// Catch catches Ctrl-C, which the command is to get, from now on.
func Catch() chan os.Signal {
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, os.Interrupt)
	return caught
}

// relay passes on Ctrl-C to the command, as Ctrl-Break, until it is done.
func (p *Process) relay(caught chan os.Signal) {
	for {
		select {
		case <-caught:
			p.Terminate()
		case <-p.done:
			return
		}
	}
}
