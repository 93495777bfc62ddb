package bounded

import (
	"errors"
	"net"
	"sync/atomic"
	"syscall"
)

// ErrFlood says that a server sent more than it was asked for.
var ErrFlood = errors.New("the server's answer is too large")

// Conn returns a connection that gives at most so many bytes to read after each
// write, that is in answer to each request, and then [ErrFlood] for ever. A
// server that answers without end cannot fill the memory.
//
// Over TLS it belongs around the TLS connection, which by itself writes answers
// that a server can ask for.
//
// It is a [syscall.Conn] if conn is one: by that, client libraries find out that
// a connection has ended before they use it again.
func Conn(conn net.Conn, most int64) net.Conn {
	c := &limited{Conn: conn, most: most}
	c.left.Store(most)
	if raw, ok := conn.(syscall.Conn); ok {
		return &limitedSocket{c, raw}
	}
	return c
}

type limitedSocket struct {
	*limited
	syscall.Conn
}

type limited struct {
	net.Conn
	most    int64
	left    atomic.Int64
	flooded atomic.Bool
}

func (c *limited) Read(b []byte) (int, error) {
	left := c.left.Load()
	if c.flooded.Load() || left <= 0 {
		c.flooded.Store(true)
		return 0, ErrFlood
	}
	n, err := c.Conn.Read(b[:min(int64(len(b)), left)])
	c.left.Add(-int64(n))
	return n, err
}

func (c *limited) Write(b []byte) (int, error) {
	c.left.Store(c.most)
	return c.Conn.Write(b)
}
