package terminal

import (
	"os"
	"strings"
	"sync"
)

// What a terminal is told when its screen is taken and given back: to keep what
// is shown and show an empty screen, without a cursor, and to cut lines that do not
// fit, since a character may take two columns.
const (
	takeScreen = "\x1b[?1049h\x1b[?25l\x1b[?7l"
	giveBack   = "\x1b[?7h\x1b[?25h\x1b[?1049l"
)

// A Screen is all of a terminal, for a command that shows a state as it changes.
// What was there before is there again once it is closed.
type Screen struct {
	f *os.File

	mu     sync.Mutex
	closed bool
}

// NewScreen takes the screen of a terminal. It is nil if f is none, or one that
// only writes one line after the other.
func NewScreen(f *os.File) *Screen {
	if !HasScreen(f) {
		return nil
	}
	_, _ = f.WriteString(takeScreen)
	return &Screen{f: f}
}

// HasScreen reports whether [NewScreen] would return a screen.
func HasScreen(f *os.File) bool { return Is(f) && !dumb() }

// Show puts lines in the place of those before, each cut to the terminal's width,
// and leaves out those for which it has no row. They have been made safe for a
// terminal before.
func (s *Screen) Show(lines []string) {
	columns, rows := Size(s.f)
	lines = lines[:min(len(lines), rows)]
	var text strings.Builder
	text.WriteString("\x1b[H")
	for i, line := range lines {
		// Emptied before: in its last column, a cursor would erase what is there.
		text.WriteString("\x1b[2K" + Cut(line, columns))
		if i+1 < rows {
			text.WriteString("\r\n")
		}
	}
	if len(lines) < rows {
		text.WriteString("\x1b[J")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		_, _ = s.f.WriteString(text.String())
	}
}

// Close gives the screen back. It can be called at any time, more than once;
// nothing is shown afterwards.
func (s *Screen) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		_, _ = s.f.WriteString(giveBack)
	}
}
