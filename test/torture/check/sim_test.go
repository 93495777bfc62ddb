package check

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"time"
)

// A sim is a lock and its clients in virtual time, with a network that loses,
// holds back and doubles requests. What its clients are told must pass, unless
// the lock is broken on purpose.
type sim struct {
	rules  Rules
	flaw   flaw
	rand   *rand.Rand
	now    time.Duration
	events events
	cells  map[string]*cell
	ops    []Op
	tags   int
}

const (
	simLasts   = 14 * time.Second
	simFaults  = 4 * time.Second // begin of the fault; it lasts as long again
	simTimeout = 2500 * time.Millisecond
	simAttempt = 900 * time.Millisecond
	ms         = time.Millisecond
)

var simStart = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// simulate returns the history of one run.
func simulate(seed uint64, r Rules, f flaw) History {
	s := &sim{rules: r, flaw: f, rand: rand.New(rand.NewPCG(seed, 7)), cells: map[string]*cell{}}
	for n := range 5 {
		c := &simClient{sim: s, n: n}
		s.after(s.upTo(300*ms), c.next)
	}
	for s.events.Len() > 0 {
		e := heap.Pop(&s.events).(event)
		s.now = e.at
		e.do()
	}
	return History{Start: simStart, Ops: s.ops}
}

func (s *sim) upTo(d time.Duration) time.Duration { return time.Duration(s.rand.Int64N(int64(d))) + 1 }

func (s *sim) chance(percent int) bool { return s.rand.IntN(100) < percent }

func (s *sim) faulty() bool { return s.now > simFaults && s.now < 2*simFaults }

func (s *sim) after(d time.Duration, do func()) {
	heap.Push(&s.events, event{s.now + d, len(s.ops), do})
}

func (s *sim) cell(resource string) *cell {
	c, ok := s.cells[resource]
	if !ok {
		c = &cell{sim: s}
		s.cells[resource] = c
	}
	return c
}

type event struct {
	at  time.Duration
	seq int
	do  func()
}

type events []event

func (e events) Len() int           { return len(e) }
func (e events) Less(i, j int) bool { return e[i].at < e[j].at }
func (e events) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)        { *e = append(*e, x.(event)) }

func (e *events) Pop() any {
	old := *e
	last := old[len(old)-1]
	*e = old[:len(old)-1]
	return last
}

// A simLease is what a client knows of one.
type simLease struct {
	resource, tag string
	ttl           time.Duration
	givenUp       bool // a release of it may come late, so that it must not be asked for again
}

// A simClient is an operator who mostly does what operators do.
type simClient struct {
	*sim
	n                  int
	held, doubt, stale []simLease
}

func (c *simClient) next() {
	if c.now > simLasts {
		return
	}
	switch roll := c.rand.IntN(100); {
	case len(c.doubt) > 0 && roll < 60:
		c.settle()
	case len(c.held) > 0 && roll < 60:
		c.use(c.held[c.rand.IntN(len(c.held))])
	case len(c.stale) > 0 && roll < 70:
		c.begin(c.any(Renew, Release, IsHeld), c.stale[c.rand.IntN(len(c.stale))])
	case roll < 80:
		c.begin(Current, simLease{resource: c.resource()})
	default:
		c.tags++
		c.begin(Acquire, simLease{resource: c.resource(), tag: fmt.Sprintf("t%d", c.tags), ttl: c.ttl()})
	}
}

func (c *simClient) resource() string { return []string{"a", "b"}[c.rand.IntN(2)] }

func (c *simClient) ttl() time.Duration { return time.Duration(1+c.rand.IntN(4)) * time.Second }

func (c *simClient) any(kinds ...Kind) Kind { return kinds[c.rand.IntN(len(kinds))] }

func (c *simClient) settle() {
	l := c.doubt[0]
	c.doubt = c.doubt[1:]
	if l.givenUp {
		c.begin(Release, l)
		return
	}
	c.begin(c.any(Acquire, Release), l)
}

func (c *simClient) use(l simLease) {
	if c.chance(20) {
		l.ttl = c.ttl()
	}
	c.begin(c.any(Renew, Release, IsHeld, Current), l)
}

func (c *simClient) begin(kind Kind, l simLease) {
	op := Op{Client: c.n, Kind: kind, Resource: l.resource, Tag: l.tag, Call: c.now}
	switch kind {
	case Acquire, Renew:
		op.TTL = l.ttl
	case Current:
		op.Tag = ""
	}
	r := &simRun{simClient: c, lease: l, op: op}
	r.try()
}

// learn takes in what came of a command.
func (c *simClient) learn(op Op, l simLease) {
	if op.Kind == Current || op.Kind == IsHeld && op.Outcome != Held && op.Outcome != None {
		return
	}
	c.held = remove(c.held, l.tag)
	switch {
	case op.Kind == Acquire && op.Outcome == Acquired, op.Outcome == Renewed, op.Kind == IsHeld && op.Outcome == Held:
		c.held = append(c.held, l)
	case op.Outcome == Unknown && op.Kind != Renew, op.Kind == Release && op.Outcome == Failed:
		c.doubt = append(remove(c.doubt, l.tag), l)
	case op.Kind != Acquire:
		c.stale = append(remove(c.stale, l.tag), l)
	}
}

func remove(all []simLease, tag string) []simLease {
	var rest []simLease
	for _, l := range all {
		if l.tag != tag {
			rest = append(rest, l)
		}
	}
	return rest
}
