package wire

import (
	"sync/atomic"
	"time"
)

// A Way is a direction, or both.
type Way int

// The two ways.
const (
	ToServer Way = 1 << iota
	ToClient
	Both = ToServer | ToClient
)

// A Deed is what is done to one request of a connection.
type Deed int

const (
	// Cut resets the connection when the request has come. The server does not
	// get it.
	Cut Deed = iota + 1

	// Swallow resets the connection when the server has answered the request.
	// The client does not get the answer.
	Swallow

	// Hold takes the request from the client, who hears nothing more, and
	// delivers it to the server later, on the same connection, even when the
	// client has gone meanwhile. The answer is read into nowhere. The client is
	// silent until it goes, or is reset by the first Set after the answer.
	Hold

	// Repeat lets the request pass and delivers it to the server a second time,
	// later, on a connection of its own. There all that the client had said
	// before is said again, from the beginning and one request at a time, each
	// after an answer to the one before. What was answered is read into nowhere.
	// A request that is never answered is delivered again once its connection
	// has ended.
	Repeat
)

// A Rule says what happens to what comes through a proxy. The zero Rule lets
// everything pass.
type Rule struct {
	// Drop lets bytes and ends of connections vanish on their way. Connections
	// stay open. With ToServer in it, a new connection does not get to the
	// server: this machine's kernel accepts it and nothing answers.
	//
	// Where something vanished the stream has a hole, so that way stays black
	// until a rule drops nothing, which resets the connection. One that lost
	// nothing goes on.
	Drop Way

	// How much later each piece arrives.
	DelayToServer, DelayToClient time.Duration

	// Refuse has the kernel refuse new connections, as if no server ran. Those
	// that are open stay.
	Refuse bool

	// Do is done to the request with number Request, which counts from 1, on the
	// next Conns connections that get so far and match; 0 is no limit.
	Do      Deed
	Request int
	Conns   int
	Match   func(*Conn) bool // nil matches all

	// After is when a held or repeated request is delivered: so long after it
	// came, or was answered. 0 leaves it to Release, which can also come first.
	After time.Duration
}

// A ruling is a rule in force. It knows on how many connections it was done.
type ruling struct {
	Rule
	done atomic.Int64
}

// deed returns what to do to a request that has come, or 0.
func (r *ruling) deed(c *Conn, request int) Deed {
	if r.Do == 0 || r.Request != request || r.Match != nil && !r.Match(c) {
		return 0
	}
	if r.done.Add(1) > int64(r.Conns) && r.Conns > 0 {
		return 0
	}
	return r.Do
}

// delay is how long a piece is on its way.
func (r *ruling) delay(way Way) time.Duration {
	if way == ToServer {
		return r.DelayToServer
	}
	return r.DelayToClient
}
