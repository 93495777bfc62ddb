package wire

import "time"

// lateGap is longer than gap: a server may say something before it answers, as
// HTTP/2's do, and nobody waits for the end of a late request.
const lateGap = 10 * gap

// hold takes the request that has begun from its client and delivers it later.
func (c *Conn) hold() {
	c.proxy.late.Add(1)
	wait := c.proxy.due(c.after)
	c.gather()
	c.moment(Kept)
	if wait() {
		c.settleLate(c.deliver())
		c.mute()
	} else {
		c.proxy.late.Add(-1)
	}
}

// gather takes the rest of a request: its client has said all of it when it is
// silent. What it says later, such as that it gives up, is not part of it.
func (c *Conn) gather() {
	for {
		select {
		case p := <-c.client.pieces:
			if p.end != nil {
				c.ended |= ToServer
				return
			}
			c.turns.client(p.bytes)
		case <-time.After(gap):
			return
		}
	}
}

// deliver forwards what was held, and returns when it is answered.
func (c *Conn) deliver() error {
	if c.server == nil { // it was behind a black hole
		conn, err := c.proxy.dial(c.proxy.closing)
		if err != nil {
			return err
		}
		c.server = c.line(conn, ToClient)
	}
	if _, err := c.server.Write(c.turns.said[c.turns.request()-1]); err != nil {
		return err
	}
	c.moment(Delivered)
	return c.server.answer(c.proxy.closing, lateGap)
}

func (c *Conn) settleLate(err error) {
	c.proxy.moment(Moment{Conn: c, Request: c.turns.request(), Point: Settled, Err: err})
	c.proxy.late.Add(-1)
}

// mute ends the server's side and leaves the client without a word until it goes,
// or there is another rule.
func (c *Conn) mute() {
	if c.server != nil {
		c.server.close(true)
		c.server = nil
	}
	for c.ended&ToServer == 0 && c.rule == c.proxy.rule.Load() {
		select {
		case p := <-c.client.pieces:
			if p.end != nil {
				c.ended |= ToServer
			}
		case <-c.ruled:
		case <-c.proxy.closing.Done():
			return
		}
	}
}
