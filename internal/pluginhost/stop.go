package pluginhost

import (
	"os"
	"time"

	"github.com/stormlock/stormlock/internal/escape"
)

// How long a plugin may take to end once it has been told to.
const (
	// Grace is for a plugin at rest.
	Grace = 250 * time.Millisecond
	// RollBackGrace is for a plugin whose call was cut short: it may undo what
	// the call began, for which the SDK gives it two seconds.
	RollBackGrace = 2500 * time.Millisecond
	// termGrace lies between SIGTERM and SIGKILL.
	termGrace = 250 * time.Millisecond
	// killGrace is how long a killed process may take to be gone.
	killGrace = time.Second
)

// Stop ends the plugin and removes its socket. It asks, waits for grace, then
// terminates, then kills, and so returns within grace and 2.5 seconds whatever
// the plugin does. It may be called more than once.
//
// It reports whether the process is gone for certain. One that the kernel keeps
// in the middle of a system call can outlive even SIGKILL for a while, and may
// still send what it was about to.
func (p *Plugin) Stop(grace time.Duration) bool {
	proc := p.takeOver()
	defer p.removeSocketDir()
	if proc == nil {
		return true
	}
	if grace == 0 { // nothing is to be said to it any more, and the caller may not see the end
		p.removeSocketDir()
	}
	p.settled = p.end(proc, grace)
	return proc.gone()
}

// takeOver keeps go-plugin from making a process from now on, and returns the
// one that it has made, or nil.
func (p *Plugin) takeOver() *process {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.canceled = true
	_ = p.pinned.Close() // nil if it is not pinned, which does no harm
	p.pinned = nil
	return p.proc
}

// end stops the process. It reports whether go-plugin has noticed.
func (p *Plugin) end(proc *process, grace time.Duration) bool {
	running := proc.takeOver()
	if running == nil {
		return true
	}
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		p.ask()
	}()
	if grace == 0 || !proc.ended(grace) {
		p.force(proc, running, grace > 0)
	}
	return settled(asked)
}

// force ends a process that does not end by itself.
func (p *Plugin) force(proc *process, running *os.Process, politely bool) {
	if politely {
		p.log.Debug("backend does not end; terminating it", "path", escape.Text(p.path))
		_ = terminate(running)
		proc.ended(termGrace)
	}
	if !proc.hasExited() {
		_ = kill(running)
		proc.ended(killGrace)
	}
}

// ask has go-plugin tell the plugin to shut down and close its connection. It
// returns when the process is gone and its pipes are closed, which end sees
// to. A start that is still under way holds go-plugin's lock.
func (p *Plugin) ask() {
	defer func() { _ = recover() }() // see connect
	p.client.Kill()
}

// settled waits for go-plugin to notice the end, so that its goroutines and
// descriptors are gone. It does once the pipes are closed.
func settled(asked <-chan struct{}) bool {
	timer := time.NewTimer(killGrace)
	defer timer.Stop()
	select {
	case <-asked:
		return true
	case <-timer.C:
		return false
	}
}

func (p *Plugin) removeSocketDir() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.socketDir != "" {
		_ = os.RemoveAll(p.socketDir)
	}
}
