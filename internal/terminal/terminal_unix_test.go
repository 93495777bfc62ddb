//go:build unix

package terminal

import (
	"os"
	"strings"
	"testing"

	"github.com/creack/pty"
)

// pair opens a pseudo-terminal.
func pair(t *testing.T) (screen, terminal *os.File) {
	t.Helper()
	screen, terminal, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = screen.Close(), terminal.Close() })
	t.Setenv("TERM", "xterm")
	t.Setenv("NO_COLOR", "")
	return screen, terminal
}

// plainFile is no terminal.
func plainFile(t *testing.T) *os.File {
	t.Helper()
	file, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file
}

func read(t *testing.T, f *os.File) string {
	t.Helper()
	text := make([]byte, 4096)
	n, err := f.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(text[:n])
}

func TestColoursOnlyOnATerminal(t *testing.T) {
	_, terminal := pair(t)
	file := plainFile(t)
	painted := "\x1b[31mred\x1b[0m"
	for _, c := range []struct {
		name  string
		f     *os.File
		env   [2]string
		whole string
	}{
		{"terminal", terminal, [2]string{"TERM", "xterm"}, painted},
		{"file", file, [2]string{"TERM", "xterm"}, "red"},
		{"NO_COLOR", terminal, [2]string{"NO_COLOR", "1"}, "red"},
		{"empty NO_COLOR", terminal, [2]string{"NO_COLOR", ""}, painted},
		{"dumb terminal", terminal, [2]string{"TERM", "dumb"}, "red"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv(c.env[0], c.env[1])
			if got := Paint(c.f, Red, "red"); got != c.whole {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestLine(t *testing.T) {
	screen, terminal := pair(t)
	if err := pty.Setsize(terminal, &pty.Winsize{Cols: 10, Rows: 5}); err != nil {
		t.Fatal(err)
	}
	l := NewLine(terminal)
	l.Clear() // nothing is there yet
	l.Show("0123456789abc")
	if got, want := read(t, screen), "\r01234567…\x1b[K"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	l.Clear()
	if got, want := read(t, screen), "\r\x1b[K"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if columns, rows := Size(terminal); columns != 10 || rows != 5 {
		t.Errorf("size is %d columns and %d rows", columns, rows)
	}
}

func TestNoLine(t *testing.T) {
	_, terminal := pair(t)
	file := plainFile(t)
	if l := NewLine(file); l != nil {
		t.Error("a file has a line that changes")
	}
	t.Setenv("TERM", "dumb")
	l := NewLine(terminal)
	if l != nil {
		t.Error("a dumb terminal has a line that changes")
	}
	l.Clear()
	if columns, rows := Size(file); columns != 80 || rows != 24 {
		t.Errorf("a file has %d columns and %d rows", columns, rows)
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		text    string
		columns int
		want    string
	}{
		{"abc", 3, "abc"},
		{"abcd", 3, "ab…"},
		{"äöüß", 3, "äö…"},
		{"abc", 0, ""},
		{strings.Repeat("x", 5), 1, "…"},
	} {
		if got := Cut(c.text, c.columns); got != c.want {
			t.Errorf("Cut(%q, %d) is %q, want %q", c.text, c.columns, got, c.want)
		}
	}
}
