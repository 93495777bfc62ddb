package main

import (
	"io"
	"os"
	"sync"

	"github.com/stormlock/stormlock/internal/terminal"
)

// live is the last line on stderr while a command waits. Whatever else is written
// there stands above it.
var live liveLine

// A liveLine is one that changes. Its zero value shows nothing.
type liveLine struct {
	mu   sync.Mutex
	line *terminal.Line // nil where lines cannot change
	text string         // "" while nothing is shown
}

// open reports whether stderr is where a line can change.
func (l *liveLine) open() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.line = terminal.NewLine(os.Stderr)
	return l.line != nil
}

// show puts a text in the place of the one before.
func (l *liveLine) show(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = text
	l.line.Show(text)
}

// close removes the line.
func (l *liveLine) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.line.Clear()
	l.line, l.text = nil, ""
}

// above writes something where the line is, and the line below it.
func (l *liveLine) above(write func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.line.Clear()
	write()
	if l.text != "" {
		l.line.Show(l.text)
	}
}

// writer is w, in lines above this one.
func (l *liveLine) writer(w io.Writer) io.Writer { return aboveLine{l, w} }

type aboveLine struct {
	line *liveLine
	w    io.Writer
}

func (a aboveLine) Write(b []byte) (n int, err error) {
	a.line.above(func() { n, err = a.w.Write(b) })
	return n, err
}
