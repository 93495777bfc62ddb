package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"time"
)

// A line is one end of a connection: what the peer says comes in pieces, a while
// later, and then the end of what it says.
type line struct {
	*net.TCPConn
	pieces chan piece
	gone   chan struct{}
	spare  func() bool // no need to close it any more when the proxy does
}

type piece struct {
	bytes []byte
	end   error // io.EOF, or why nothing more comes
	at    time.Time
}

// backlog is how many pieces can be on their way.
const backlog = 1024

// newLine reads a connection until it is closed, or ctx ends.
func newLine(ctx context.Context, conn *net.TCPConn, run func(func()), delay func() time.Duration) *line {
	l := &line{TCPConn: conn, pieces: make(chan piece), gone: make(chan struct{})}
	l.spare = context.AfterFunc(ctx, func() { _ = conn.Close() })
	read := make(chan piece, backlog)
	run(func() { l.read(read) })
	run(func() { l.delay(read, delay) })
	return l
}

// close ends the connection, with a reset unless all was said.
func (l *line) close(whole bool) {
	l.spare()
	if !whole {
		_ = l.SetLinger(0)
	}
	_ = l.Close()
	close(l.gone)
}

func (l *line) read(read chan<- piece) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := l.Read(buffer)
		if n > 0 && !l.pass(read, piece{bytes: bytes.Clone(buffer[:n]), at: time.Now()}) {
			return
		}
		if err != nil {
			l.pass(read, piece{end: err, at: time.Now()})
			return
		}
	}
}

// delay passes pieces on when they are due. It is apart from reading, so that one
// delay does not add to the next.
func (l *line) delay(read <-chan piece, delay func() time.Duration) {
	for {
		select {
		case p := <-read:
			if !l.sleep(time.Until(p.at.Add(delay()))) || !l.pass(l.pieces, p) || p.end != nil {
				return
			}
		case <-l.gone:
			return
		}
	}
}

func (l *line) sleep(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	select {
	case <-time.After(d):
		return true
	case <-l.gone:
		return false
	}
}

func (l *line) pass(to chan<- piece, p piece) bool {
	select {
	case to <- p:
		return true
	case <-l.gone:
		return false
	}
}

// gap is how long a peer is silent when it has said what it wanted to.
const gap = 50 * time.Millisecond

// silence is how long an answer to a late request is waited for. What asks
// nothing, as the last frames of HTTP/2 may, never gets one.
const silence = 5 * time.Second

// answer reads into nowhere until the peer has said something and then been
// silent for a while. The error is that of a peer who ended without a word.
func (l *line) answer(ctx context.Context, while time.Duration) error {
	select {
	case p := <-l.pieces:
		if p.end != nil {
			return ended(p.end)
		}
		_, err := l.rest(ctx, math.MaxInt, while)
		return err
	case <-time.After(silence):
		return fmt.Errorf("wire: the server had the late request for %v and said nothing", silence)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// rest reads into nowhere until the peer has said enough, has been silent for a
// while, or has ended, and returns how much it said.
func (l *line) rest(ctx context.Context, enough int, while time.Duration) (heard int, err error) {
	for heard < enough {
		select {
		case p := <-l.pieces:
			if p.end != nil {
				return heard, nil
			}
			heard += len(p.bytes)
		case <-time.After(while):
			return heard, nil
		case <-ctx.Done():
			return heard, ctx.Err()
		}
	}
	return heard, nil
}

func ended(err error) error {
	if errors.Is(err, io.EOF) {
		return errors.New("wire: the server ended the connection without an answer")
	}
	return err
}
