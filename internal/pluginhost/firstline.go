package pluginhost

import (
	"bufio"
	"bytes"
	"io"
	"sync"
)

// maxFirstLine bounds the first line, in bytes. A handshake with a certificate,
// as on Windows, is a quarter of that.
const maxFirstLine = 4 << 10

// firstLine passes a plugin's stdout on, if its first line is a handshake that
// this host can mean: go-plugin has code for more, some of which panics. The
// line is kept for when it is not.
type firstLine struct {
	r    io.ReadCloser
	over func() // called once there is more than maxStdout

	mu   sync.Mutex
	line []byte

	buffered *bufio.Reader
	rest     []byte // of the line, to be passed on
	size     int
}

func (f *firstLine) Read(b []byte) (int, error) {
	if f.buffered == nil {
		f.buffered = bufio.NewReaderSize(f.r, maxFirstLine)
		if err := f.begin(); err != nil {
			return 0, err
		}
	}
	if len(f.rest) > 0 {
		n := copy(b, f.rest)
		f.rest = f.rest[n:]
		return n, nil
	}
	n, err := f.buffered.Read(b)
	if f.size += n; f.size > maxStdout {
		f.over()
		return 0, io.EOF
	}
	return n, err
}

// begin reads the first line. What is not a handshake ends the stream, for
// go-plugin.
func (f *firstLine) begin() error {
	line, err := f.buffered.ReadSlice('\n')
	f.keep(line)
	if _, ok := parseHandshake(f.text()); err != nil || !ok {
		return io.EOF
	}
	f.rest = append([]byte(f.text()), '\n')
	return nil
}

func (f *firstLine) keep(line []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.line = bytes.Clone(bytes.TrimRight(line, "\r\n"))
}

func (f *firstLine) Close() error {
	if f.r == nil {
		return nil
	}
	return f.r.Close()
}

// text returns the first line so far.
func (f *firstLine) text() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return string(f.line)
}
