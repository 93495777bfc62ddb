package plugin

// handleSignals has nothing to do: go-plugin takes care of Ctrl-C, and Windows
// has no other signals.
func (l *lifecycle) handleSignals() (undo func()) { return func() {} }
