//go:build unix

package guarded

import (
	"os"
	"os/signal"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/stormlock/stormlock/sdk/boottime"
)

// A Process is a running command.
type Process struct {
	pid     int // and the process group
	guard   *post
	console *console // nil if there is none
	caught  chan os.Signal

	ending atomic.Bool // it was asked to end
	done   chan struct{}
	status syscall.WaitStatus // once done
}

// Start runs a command with our stdin, stdout and stderr. The error matches
// [ErrNotExecutable] if the command is at fault; nothing of it is left then.
func Start(c Command) (*Process, error) {
	guard, err := startGuard(c.Warning)
	if err != nil {
		return nil, err
	}
	p := &Process{guard: guard, console: openConsole(), caught: c.Signals, done: make(chan struct{})}
	launcher, err := newLauncher(c)
	if err == nil {
		err = p.begin(launcher)
	}
	if err != nil {
		guard.dismiss()
		p.console.close()
		return nil, err
	}
	p.Limits(c.Terminate, c.Kill)
	if err := p.launch(launcher); err != nil {
		<-p.done
		return nil, notExecutable(c.Args[0], err)
	}
	go p.relay() // before, the launcher would get them
	return p, nil
}

// begin starts the launcher, and waits for its end on the thread that did: the kernel
// kills the command when that thread ends. After it the thread lives on, for it may
// have started a backend before, which the kernel would terminate.
func (p *Process) begin(l *launcher) error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		var err error
		p.pid, err = l.start()
		started <- err
		if err == nil {
			p.live()
		}
	}()
	return <-started
}

// launch lets the command run when all is set up for it.
func (p *Process) launch(l *launcher) error {
	p.guard.order(func(o *order) { o.Group = p.pid })
	if onTerminal() && p.console.ours() {
		p.console.give(p.pid)
	}
	return l.run()
}

// live follows the process until its end.
func (p *Process) live() {
	for {
		_, err := syscall.Wait4(p.pid, &p.status, syscall.WUNTRACED, nil)
		switch {
		case err == syscall.EINTR:
		case err == nil && p.status.Stopped():
			p.stopped(p.status.StopSignal())
		default:
			p.finish()
			return
		}
	}
}

// finish puts everything back. A command that was asked to end takes along what it
// started: that may not go on without a lease either.
func (p *Process) finish() {
	if p.ending.Load() {
		killGroup(p.pid)
	}
	if p.console.foreground() == p.pid {
		p.console.give(syscall.Getpgrp())
	}
	p.console.close()
	p.guard.dismiss()
	close(p.done)
}

// stopped is for a command that was stopped. One that wants the terminal gets it if
// it is ours to give. Otherwise we stop as well, so that the shell that started us
// sees it; the guard goes on.
func (p *Process) stopped(why syscall.Signal) {
	if p.console == nil {
		return // nobody could let us go on
	}
	if (why == syscall.SIGTTIN || why == syscall.SIGTTOU) && p.console.ours() {
		p.console.give(p.pid)
		signalGroup(p.pid, syscall.SIGCONT)
		return
	}
	had := p.console.foreground() == p.pid
	if had {
		p.console.give(syscall.Getpgrp())
	}
	suspend()
	if had && p.console.ours() {
		p.console.give(p.pid)
	}
	signalGroup(p.pid, syscall.SIGCONT)
}

// ineffective is how long to wait for a stop that does not come: the kernel stops
// no process group that no shell could let go on.
const ineffective = 200 * time.Millisecond

// suspend stops our process group, as Ctrl-Z does, and returns when it goes on. It
// does so with SIGTTIN: SIGTSTP is passed on to the command, and Go gives no caught
// signal of that kind its default action back.
func suspend() {
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, syscall.SIGCONT)
	defer signal.Stop(continued)
	_ = syscall.Kill(0, syscall.SIGTTIN)
	select {
	case <-continued:
	case <-time.After(ineffective):
	}
}

// Done is closed when the command has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Status is the exit status of a command that is done: 128 and the number of the
// signal if one killed it, as shells have it.
func (p *Process) Status() int {
	if p.status.Signaled() {
		return 128 + int(p.status.Signal())
	}
	return p.status.ExitStatus()
}

// Terminate asks the command's process group to end.
func (p *Process) Terminate() { p.endBy(terminateGroup) }

// Kill ends the command's process group.
func (p *Process) Kill() { p.endBy(killGroup) }

// endBy ends the process group. That of a command that is done may be another's by
// now.
func (p *Process) endBy(means func(group int)) {
	p.ending.Store(true)
	select {
	case <-p.done:
	default:
		means(p.pid)
	}
}

// Limits tells the guard until when the command may run: when it is asked to end,
// 0 if it was already, and when it is killed, 0 for never.
func (p *Process) Limits(terminate, kill boottime.Instant) {
	p.guard.order(func(o *order) { o.Terminate, o.Kill = terminate, kill })
}
