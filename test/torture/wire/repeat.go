package wire

import (
	"context"
	"fmt"
	"slices"
)

// A session is what one client said until a request that is to be said again.
type session struct {
	conn  *Conn
	said  [][]byte
	heard []int
	wait  func() bool
}

// repeat has the latest request delivered again, if that is what to do to it.
func (c *Conn) repeat() {
	if c.deed != Repeat {
		return
	}
	c.deed = 0
	c.proxy.late.Add(1)
	s := &session{
		conn: c, said: slices.Clone(c.turns.said), heard: slices.Clone(c.turns.heard),
		wait: c.proxy.due(c.after),
	}
	s.moment(Kept, nil)
	c.proxy.running.Go(s.run)
}

func (s *session) run() {
	defer s.conn.proxy.late.Add(-1)
	if s.wait() {
		s.moment(Settled, s.replay(s.conn.proxy.closing))
	}
}

// replay says it all again to the server, which may be another one by now.
func (s *session) replay(ctx context.Context) error {
	conn, err := s.conn.proxy.dial(ctx)
	if err != nil {
		return err
	}
	server := s.conn.line(conn, ToClient)
	defer server.close(true)
	last, due := len(s.said)-1, 0
	for i, words := range s.said[:last] {
		due += s.heard[i]
		if due, err = again(ctx, server, words, due); err != nil {
			return fmt.Errorf("wire: repeat request %d before %d: %w", i+1, last+1, err)
		}
	}
	if _, err := server.Write(s.said[last]); err != nil {
		return err
	}
	s.moment(Delivered, nil)
	return server.answer(ctx, lateGap)
}

// again says one request, and waits for as many bytes as are due by then. It
// returns what is still due, less than 0 if the server said more: one of HTTP/2
// may say now what it said a turn later before.
func again(ctx context.Context, server *line, words []byte, due int) (int, error) {
	if _, err := server.Write(words); err != nil || due <= 0 {
		return due, err
	}
	heard, err := server.rest(ctx, due, lateGap)
	return due - heard, err
}

func (s *session) moment(point Point, err error) {
	s.conn.proxy.moment(Moment{Conn: s.conn, Request: len(s.said), Point: point, Err: err})
}
