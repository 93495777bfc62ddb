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

// Catch catches the signals that a command is to get, from now on, so that none is
// lost until it runs. What our caller has us ignore, as nohup does, stays ignored.
func Catch() chan os.Signal {
	caught := make(chan os.Signal, signals)
	for s := syscall.Signal(1); s < signals; s++ {
		if !kept[s] && !signal.Ignored(s) {
			signal.Notify(caught, s)
		}
	}
	return caught
}

// relay passes on the signals that were caught, also before the command ran, until
// it is done.
func (p *Process) relay() {
	for {
		select {
		case s := <-p.caught:
			signalGroup(p.pid, s.(syscall.Signal))
		case <-p.done:
			return
		}
	}
}
