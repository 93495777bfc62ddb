package pluginhost

import (
	"bytes"
	"io"
	"sync"
)

// maxFirstLine bounds what is kept of the first line, in bytes.
const maxFirstLine = 512

// firstLine passes a plugin's stdout on and keeps the first line, which should
// be the handshake, for when it is not.
type firstLine struct {
	r    io.ReadCloser
	mu   sync.Mutex
	line []byte
	full bool
}

func (f *firstLine) Read(b []byte) (int, error) {
	n, err := f.r.Read(b)
	f.keep(b[:n])
	return n, err
}

func (f *firstLine) keep(b []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.full {
		return
	}
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		b, f.full = b[:i], true
	}
	f.line = append(f.line, b...)
	if len(f.line) > maxFirstLine {
		f.line, f.full = f.line[:maxFirstLine], true
	}
}

func (f *firstLine) Close() error { return f.r.Close() }

// text returns the first line so far.
func (f *firstLine) text() string {
	if f == nil {
		return ""
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return string(bytes.TrimRight(f.line, "\r"))
}
