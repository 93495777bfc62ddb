// Package terminal is what stormlock does differently where a person looks on: one
// line that changes, colours, and a width to keep to.
//
// Only stdout and stderr that are terminals themselves count. NO_COLOR, if it is
// set and not empty (no-color.org), and TERM=dumb turn colours off.
package terminal

import (
	"os"

	"golang.org/x/term"
)

// Is reports whether a file is a terminal.
func Is(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// Size returns a terminal's columns and rows, as far as they are known, else
// those of the terminals of old.
func Size(f *os.File) (columns, rows int) {
	columns, rows, err := term.GetSize(int(f.Fd()))
	if err != nil || columns <= 0 || rows <= 0 {
		return 80, 24
	}
	return columns, rows
}

// dumb reports whether the terminal only writes one line after the other.
func dumb() bool { return os.Getenv("TERM") == "dumb" }

// A Style is how a word is shown.
type Style string

// Styles, as a terminal is told them.
const (
	Green  Style = "32"
	Yellow Style = "33"
	Red    Style = "31"
	Bold   Style = "1"
)

// Colours reports whether f is to be written to in colours.
func Colours(f *os.File) bool {
	return Is(f) && os.Getenv("NO_COLOR") == "" && !dumb()
}

// Paint returns text in a style, if f is to be written to in colours. The text has
// been made safe for a terminal before.
func Paint(f *os.File, style Style, text string) string {
	if !Colours(f) {
		return text
	}
	return "\x1b[" + string(style) + "m" + text + "\x1b[0m"
}
