//go:build unix

package terminal

import (
	"testing"

	"github.com/creack/pty"
)

func TestScreen(t *testing.T) {
	master, slave := pair(t)
	if err := pty.Setsize(slave, &pty.Winsize{Cols: 5, Rows: 2}); err != nil {
		t.Fatal(err)
	}
	s := NewScreen(slave)
	if got := read(t, master); got != takeScreen {
		t.Errorf("the screen is taken by %q", got)
	}
	for _, c := range []struct {
		lines []string
		want  string // a terminal makes \r\r\n of \r\n
	}{
		{nil, "\x1b[H\x1b[J"},
		{[]string{"one"}, "\x1b[H\x1b[2Kone\r\r\n\x1b[J"},
		{[]string{"12345", "123456"}, "\x1b[H\x1b[2K12345\r\r\n\x1b[2K1234…"},
		{[]string{"1", "2", "3"}, "\x1b[H\x1b[2K1\r\r\n\x1b[2K2"},
	} {
		s.Show(c.lines)
		if got := read(t, master); got != c.want {
			t.Errorf("%q are shown by %q, want %q", c.lines, got, c.want)
		}
	}
	s.Close()
	s.Close()
	s.Show([]string{"late"})
	if got := read(t, master); got != giveBack {
		t.Errorf("the screen is given back by %q", got)
	}
}

func TestNoScreen(t *testing.T) {
	_, slave := pair(t)
	file := plainFile(t)
	if s := NewScreen(file); s != nil {
		t.Error("a file has a screen")
	}
	t.Setenv("TERM", "dumb")
	if s := NewScreen(slave); s != nil {
		t.Error("a dumb terminal has a screen")
	}
}
