package redis

import (
	"bytes"
	"net"
	"strconv"
	"sync/atomic"
	"syscall"

	"github.com/stormlock/stormlock/sdk/bounded"
)

// The client library makes room for whatever length an answer claims to have,
// before any of it has come: a dozen bytes make it ask for all memory, or panic
// in a goroutine of its own. So the lengths are looked at on their way to it.

// What an answer costs the library beside the bytes of its texts.
const (
	perItem = 16  // of a list, before it has come
	perList = 128 // for lists in lists, which it reads by calling itself
)

// longestLine is more than any length takes. Of other lines the rest does not
// matter.
const longestLine = 32

// modest returns a connection that refuses, with [bounded.ErrFlood], answers
// that claim more than so many bytes after each write.
func modest(conn net.Conn, most int64) net.Conn {
	m := &claiming{Conn: conn, most: most}
	if raw, ok := conn.(syscall.Conn); ok {
		return &claimingSocket{m, raw}
	}
	return m
}

type claiming struct {
	net.Conn
	most    int64
	claimed atomic.Int64 // since the last write

	line  []byte // the beginning of the line that has come in part
	text  int64  // bytes of a text that are still to come
	flood error  // for ever, once something was refused
}

type claimingSocket struct {
	*claiming
	syscall.Conn
}

func (c *claiming) Write(b []byte) (int, error) {
	c.claimed.Store(0)
	return c.Conn.Write(b)
}

func (c *claiming) Read(b []byte) (int, error) {
	if c.flood != nil {
		return 0, c.flood
	}
	n, err := c.Conn.Read(b)
	if c.flood = c.follow(b[:n]); c.flood != nil {
		return 0, c.flood
	}
	return n, err
}

// follow reads what has come as far as it takes to know where lengths are.
func (c *claiming) follow(b []byte) error {
	for len(b) > 0 {
		if c.text > 0 {
			n := min(c.text, int64(len(b)))
			c.text, b = c.text-n, b[n:]
			continue
		}
		line, rest, whole := bytes.Cut(b, []byte("\n"))
		c.line = append(c.line, line[:min(len(line), longestLine-len(c.line))]...)
		if !whole {
			return nil
		}
		if err := c.claim(c.line); err != nil {
			return err
		}
		c.line, b = c.line[:0], rest
	}
	return nil
}

// claim adds what the line of an answer claims.
func (c *claiming) claim(line []byte) error {
	if len(line) == 0 || !bytes.ContainsRune([]byte("$=!*~>%|"), rune(line[0])) {
		return nil
	}
	n, err := strconv.ParseInt(string(bytes.TrimSuffix(line[1:], []byte("\r"))), 10, 64)
	if err != nil || n > c.most || len(line) == longestLine {
		return bounded.ErrFlood
	}
	n = max(n, 0) // -1 is for nothing at all
	cost := n
	switch line[0] {
	case '*', '~', '>':
		cost = perList + n*perItem
	case '%', '|':
		cost = perList + 2*n*perItem
	default:
		c.text = n // the end of its line is then an empty line
	}
	if c.claimed.Add(cost) > c.most {
		return bounded.ErrFlood
	}
	return nil
}
