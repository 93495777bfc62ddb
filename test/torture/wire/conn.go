package wire

import (
	"errors"
	"io"
	"math"
	"net"
	"net/netip"
	"time"
)

// A Conn is a client's connection through the proxy.
type Conn struct {
	ID     int            // counts from 1, in the order in which they came
	Client netip.AddrPort // the client's own end

	proxy  *Proxy
	client *line
	server *line         // nil before it was reached
	ruled  chan struct{} // there is another rule
	settle *time.Timer   // runs while a request may still go on

	rule  *ruling
	turns turns
	deed  Deed          // to be done when the request is answered
	after time.Duration // the deed's
	sends bool          // Sent is still to be told
	lost  Way           // where something vanished
	ended Way           // who has said all
}

// settled is how long a client is silent when its request is complete: some write
// the head of a request and its body apart.
var settled = 2 * time.Millisecond

func newConn(p *Proxy, id int, client *net.TCPConn) *Conn {
	c := &Conn{
		ID: id, Client: client.RemoteAddr().(*net.TCPAddr).AddrPort(), proxy: p,
		ruled: make(chan struct{}, 1), settle: time.NewTimer(time.Hour),
	}
	c.client = c.line(client, ToServer)
	return c
}

func (c *Conn) line(conn *net.TCPConn, way Way) *line {
	delay := func() time.Duration { return c.proxy.rule.Load().delay(way) }
	return newLine(c.proxy.closing, conn, c.proxy.running.Go, delay)
}

// Owner returns the process that has the client's end of the connection.
func (c *Conn) Owner() (pid int, err error) { return Owner(c.Client, c.proxy.addr) }

func (c *Conn) wake() {
	select {
	case c.ruled <- struct{}{}:
	default: // it will look anyway
	}
}

// run carries a connection to its end. One goroutine does all that is decided, so
// that whoever is called at a moment stops both ways.
func (c *Conn) run() {
	defer c.leave()
	for ok := c.obey(); ok; ok = c.step() {
	}
}

func (c *Conn) step() bool {
	select {
	case <-c.proxy.closing.Done():
		return false
	case <-c.ruled:
		return c.obey()
	case p := <-c.client.pieces:
		return c.obey() && c.fromClient(p)
	case p := <-c.answers():
		return c.obey() && c.fromServer(p)
	case <-c.settle.C:
		c.sent()
		return c.obey()
	}
}

func (c *Conn) answers() <-chan piece {
	if c.server == nil {
		return nil
	}
	return c.server.pieces
}

// obey takes note of the rule, and tells whether the connection goes on.
func (c *Conn) obey() bool {
	c.rule = c.proxy.rule.Load()
	if c.lost != 0 && c.rule.Drop == 0 {
		return false
	}
	return c.drops(ToServer) || c.reach()
}

func (c *Conn) drops(way Way) bool { return (c.rule.Drop|c.lost)&way != 0 }

func (c *Conn) reach() bool {
	if c.server != nil {
		return true
	}
	conn, err := c.proxy.dial(c.proxy.closing)
	if err != nil {
		return false
	}
	c.server = c.line(conn, ToClient)
	return true
}

func (c *Conn) fromClient(p piece) bool {
	if p.end != nil {
		c.sent()
		return c.finish(ToServer, c.server, p.end)
	}
	if c.turns.client(p.bytes) && !c.begin() {
		return false
	}
	if c.sends {
		c.settle.Reset(settled)
	}
	return c.forward(ToServer, c.server, p.bytes)
}

// begin decides about a request that has come.
func (c *Conn) begin() bool {
	c.moment(Asked)
	if !c.obey() {
		return false
	}
	c.deed, c.after, c.sends = c.rule.deed(c, c.turns.request()), c.rule.After, true
	if c.deed == Hold {
		c.hold()
	}
	return c.deed != Hold && c.deed != Cut
}

func (c *Conn) fromServer(p piece) bool {
	if p.end != nil {
		return c.finish(ToClient, c.client, p.end)
	}
	if !c.turns.server(p.bytes) {
		return c.forward(ToClient, c.client, p.bytes)
	}
	return c.answered() && c.forward(ToClient, c.client, p.bytes) && c.told()
}

// answered decides about an answer that has come.
func (c *Conn) answered() bool {
	c.sent()
	c.moment(Answered)
	switch c.deed {
	case Swallow:
		_, _ = c.server.rest(c.proxy.closing, math.MaxInt, gap)
		return false
	case Repeat:
		c.repeat()
	}
	return c.obey()
}

func (c *Conn) told() bool {
	if !c.drops(ToClient) {
		c.moment(Told)
	}
	return c.obey()
}

// sent tells that a request is complete: its client is silent, or was answered.
func (c *Conn) sent() {
	if c.sends && !c.drops(ToServer) {
		c.sends = false
		c.moment(Sent)
	}
}

func (c *Conn) moment(point Point) {
	c.proxy.moment(Moment{Conn: c, Request: c.turns.request(), Point: point})
}

func (c *Conn) forward(way Way, to *line, words []byte) bool {
	if c.drops(way) {
		c.lost |= way
		return true
	}
	_, err := to.Write(words)
	return err == nil
}

// finish passes on that one side has said all, and tells whether the connection
// goes on.
func (c *Conn) finish(way Way, to *line, end error) bool {
	c.ended |= way
	if c.drops(way) {
		c.lost |= way
		return true
	}
	if !errors.Is(end, io.EOF) || to.CloseWrite() != nil {
		return false
	}
	return c.ended != Both
}

// leave ends what is left of the connection.
func (c *Conn) leave() {
	c.repeat()
	c.settle.Stop()
	whole := c.ended == Both && c.lost == 0
	c.client.close(whole)
	if c.server != nil {
		c.server.close(whole)
	}
	c.proxy.forget(c)
}
