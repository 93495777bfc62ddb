package plugin

import (
	"os"
	"os/signal"
)

// handleSignals leaves a Ctrl-C to the host. Windows has no other signals.
func (l *lifecycle) handleSignals() (undo func()) {
	signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	return func() {}
}
