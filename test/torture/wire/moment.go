package wire

// A Point is where a request has got to.
type Point int

const (
	Asked    Point = iota + 1 // it has come, and is not forwarded yet
	Sent                      // all of it was forwarded, no answer was passed on
	Answered                  // an answer has come, and is not passed on yet
	Told                      // the first piece of the answer was passed on

	Kept      // it is held, or a copy of it is, to be delivered later
	Delivered // the late one was forwarded
	Settled   // the late one was answered, or it failed
)

// A Moment is when a request of a connection got to a point.
type Moment struct {
	Conn    *Conn
	Request int // counts from 1
	Point   Point
	Err     error // of Settled: why there was no late answer
}

// Watch has a function called at every moment from now on. While it runs its
// connection stands still, both ways: a process can be killed or frozen exactly
// there. The rule is looked at when it has returned, so it may also Set one. It
// may be called by several connections at once, and Close waits for it.
func (p *Proxy) Watch(see func(Moment)) { p.watcher.Store(&see) }

func (p *Proxy) moment(m Moment) {
	if see := p.watcher.Load(); see != nil && *see != nil {
		(*see)(m)
	}
}
