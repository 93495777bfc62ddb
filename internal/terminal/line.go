package terminal

import (
	"io"
	"os"
	"unicode/utf8"
)

// A Line is the last line of a terminal, which changes while a command waits.
type Line struct {
	f     *os.File
	shown bool
}

// NewLine returns the line that f ends in, or nil if lines cannot change there.
func NewLine(f *os.File) *Line {
	if !Is(f) || dumb() {
		return nil
	}
	return &Line{f: f}
}

// Show puts a text in the place of the one before, cut to the width of the
// terminal: what wraps could not be taken back. The text has been made safe for a
// terminal before.
func (l *Line) Show(text string) {
	columns, _ := Size(l.f)
	l.shown = true
	_, _ = io.WriteString(l.f, "\r"+Cut(text, columns-1)+"\x1b[K")
}

// Clear removes the line, so that something else can be written there. A nil Line
// has nothing to remove.
func (l *Line) Clear() {
	if l == nil || !l.shown {
		return
	}
	l.shown = false
	_, _ = io.WriteString(l.f, "\r\x1b[K")
}

// Cut shortens a text to a number of columns, counting a character as one; where
// something is left out it ends in "…".
func Cut(text string, columns int) string {
	if utf8.RuneCountInString(text) <= columns {
		return text
	}
	if columns < 1 {
		return ""
	}
	runes := []rune(text)
	return string(runes[:columns-1]) + "…"
}
