//go:build unix

package guarded

import (
	"os"
	"os/signal"
	"syscall"
)

// kept are the signals that are not passed on: they cannot be caught, are about
// this process alone, or are used by Go's runtime.
var kept = map[syscall.Signal]bool{
	syscall.SIGKILL: true, syscall.SIGSTOP: true,
	syscall.SIGCHLD: true, syscall.SIGPIPE: true, syscall.SIGTTIN: true, syscall.SIGTTOU: true, syscall.SIGURG: true,
	syscall.SIGBUS: true, syscall.SIGFPE: true, syscall.SIGILL: true, syscall.SIGSEGV: true, syscall.SIGSYS: true, syscall.SIGTRAP: true,
	syscall.SIGPROF: true,
}

// signals is how many signals there are.
const signals = 32

// relayed gets the signals that are passed on.
var relayed = make(chan os.Signal, signals)

// Relay passes on the signals that reach this process to the command's process
// group until stop is called. What our caller has us ignore, as nohup does, stays
// ignored.
func (p *Process) Relay() (stop func()) {
	for s := syscall.Signal(1); s < signals; s++ {
		if !kept[s] && !signal.Ignored(s) {
			signal.Notify(relayed, s)
		}
	}
	go func() {
		for {
			select {
			case s := <-relayed:
				signalGroup(p.pid, s.(syscall.Signal))
			case <-p.done:
				return
			}
		}
	}()
	return func() { signal.Stop(relayed) }
}
