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
		wait: c.proxy.due(c.rule.After),
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
	last := len(s.said) - 1
	for i, words := range s.said[:last] {
		if err := s.again(ctx, server, i, words); err != nil {
			return fmt.Errorf("wire: repeat request %d before %d: %w", i+1, last+1, err)
		}
	}
	if _, err := server.Write(s.said[last]); err != nil {
		return err
	}
	s.moment(Delivered, nil)
	return server.answer(ctx, 0, lateGap)
}

// again says one request, and waits for as much of an answer as it had.
func (s *session) again(ctx context.Context, server *line, i int, words []byte) error {
	if _, err := server.Write(words); err != nil {
		return err
	}
	return server.answer(ctx, s.heard[i], gap)
}

func (s *session) moment(point Point, err error) {
	s.conn.proxy.moment(Moment{Conn: s.conn, Request: len(s.said), Point: point, Err: err})
}
