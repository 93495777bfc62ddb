//go:build unix

package plugin

import (
	"os"
	"os/signal"
	"syscall"
)

// handleSignals leaves the decision to end with the host: a terminal that
// closes, or a Ctrl-C, reaches the host too, which then tells us when to stop.
// SIGTERM stops us in order. SIGPIPE would kill the process in the middle of
// its last call when the host, and with it the reader of stderr, is gone. The
// function it returns undoes nothing but the wait for SIGTERM.
func (l *lifecycle) handleSignals() (undo func()) {
	signal.Ignore(syscall.SIGHUP, syscall.SIGPIPE)
	signal.Notify(make(chan os.Signal, 1), os.Interrupt) // not ignored, which a child would inherit
	term := make(chan os.Signal, 1)
	signal.Notify(term, syscall.SIGTERM)
	go func() {
		for range term {
			l.stop()
		}
	}()
	return func() { signal.Stop(term) }
}
