//go:build linux

package main

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/stormlock/stormlock/test/torture/check"
)

// commandTime is what a command may take (--timeout), unless the fault says more.
const commandTime = 8 * time.Second

// A client is an operator: it runs one stormlock after the other, and believes
// what it is told.
type client struct {
	*history
	n     int
	dir   string
	rand  *rand.Rand
	count int // of acquires

	closing bool // what is granted is only to be given back
	failed  bool // the last command

	held  []lease // told that they are held, and not that they are over
	doubt []lease // of whose acquire, or release, the outcome is not known
	stale []lease // told that they are over
}

// A lease as a client knows it.
type lease struct {
	resource, tag, id string
	ttl               time.Duration
	givenUp           bool // a release was begun: there is no way back
}

// ttls are those that clients ask for. The long one is never waited for.
var ttls = []time.Duration{2 * time.Second, 3 * time.Second, 5 * time.Second, 60 * time.Second}

// newClient makes the folder in which a client keeps its configuration and its
// record of leases.
func newClient(h *history, n int) (*client, error) {
	c := &client{
		history: h, n: n, dir: filepath.Join(h.dir, fmt.Sprintf("client%d", n)),
		rand: rand.New(rand.NewPCG(h.seed, uint64(n))),
	}
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return nil, err
	}
	lines := append([]string{
		"[default]", "backend = " + h.store.backend, fmt.Sprintf("principal = client%d", n), "",
		"[backend." + h.store.backend + "]",
	}, h.store.settings...)
	return c, os.WriteFile(c.config(), []byte(strings.Join(lines, "\n")+"\n"), 0o600)
}

func (c *client) config() string { return filepath.Join(c.dir, "stormlock.cfg") }

// work runs commands until the history has enough of them.
func (c *client) work() {
	for !c.enough() {
		c.failed = false
		c.step()
		pause := c.rand.IntN(40)
		if c.failed { // who is told that the store is down takes a moment; a server has to start beside us
			pause += 300
		}
		time.Sleep(time.Duration(pause) * time.Millisecond)
	}
}

// step is one command, chosen at random: mostly what operators do, and now and
// then what they must not.
func (c *client) step() {
	roll := c.rand.IntN(100)
	switch {
	case len(c.doubt) > 0 && roll < 70:
		c.settle()
	case len(c.held) > 0 && roll < 60:
		c.useOwn()
	case roll < 65 && len(c.stale) > 0:
		c.useStale()
	case roll < 75:
		c.current(c.resource())
	default:
		c.acquire(c.resource())
	}
}

func (c *client) resource() string { return c.resources[c.rand.IntN(len(c.resources))] }

// useOwn renews, releases or looks at a lease of its own; sometimes it mistakes
// its resource for another.
func (c *client) useOwn() {
	own := c.held[c.rand.IntN(len(c.held))]
	switch roll := c.rand.IntN(100); {
	case roll < 30:
		c.renew(own)
	case roll < 65:
		c.release(own)
	case roll < 80:
		c.isHeld(own)
	case roll < 90:
		c.current(own.resource)
	default:
		other := own
		if other.resource = c.resource(); other.resource != own.resource {
			c.misuse(other)
		}
	}
}

// useStale types the id of a lease that is over.
func (c *client) useStale() { c.misuse(c.stale[c.rand.IntN(len(c.stale))]) }

// misuse types an id that is not that of the resource's lease. Nothing that
// comes of it changes what the client knows of its own.
func (c *client) misuse(l lease) {
	switch c.rand.IntN(3) {
	case 0:
		c.run(check.Renew, l, "renew", "-t", seconds(l.ttl), l.resource, l.id)
	case 1:
		c.run(check.Release, l, "release", l.resource, l.id)
	default:
		c.run(check.IsHeld, l, "is-held", l.resource, l.id)
	}
}

// acquire reports whether it was granted.
func (c *client) acquire(resource string) bool {
	c.count++
	l := lease{resource: resource, tag: fmt.Sprintf("c%dn%d", c.n, c.count), ttl: ttls[c.rand.IntN(len(ttls))]}
	r := c.run(check.Acquire, l, "acquire", "-t", seconds(l.ttl), "-m", l.tag, resource)
	c.learn(l, r)
	return r.op.Outcome == check.Acquired
}

// learn takes in what came of an acquire.
func (c *client) learn(l lease, r result) {
	switch r.op.Outcome {
	case check.Acquired:
		l.id = r.id
		c.granted(l, r.op.Return)
	case check.Unknown:
		l.id = cmp.Or(r.id, l.id)
		l.givenUp = l.givenUp || r.givenUp
		c.doubt = append(c.doubt, l)
	case check.Failed:
		if l.id != "" && !r.killed {
			c.complain("the outcome of %s is unknown, but its repeat was told that it failed: %s", l.tag, r.text)
		}
	}
}

// granted keeps a lease, or forgets it, so that it ends by itself, or renews it
// when it has just ended.
func (c *client) granted(l lease, at time.Duration) {
	switch roll := c.rand.IntN(8); {
	case c.closing || l.ttl > overTTL || roll > 2:
		c.held = append(c.held, l)
	case l.ttl > 2*time.Second || roll > 0:
		c.stale = append(c.stale, l)
	default:
		over := time.Duration(80+c.rand.IntN(200)) * time.Millisecond
		time.Sleep(at + l.ttl + over - c.now())
		c.run(check.Renew, l, "renew", "-t", seconds(l.ttl), l.resource, l.id)
		c.stale = append(c.stale, l)
	}
}

// settle ends a doubt by one of the two ways that stormlock names.
func (c *client) settle() {
	l := c.doubt[0]
	c.doubt = c.doubt[1:]
	if !l.givenUp && c.rand.IntN(2) == 0 {
		c.learn(l, c.run(check.Acquire, l, "acquire", "--lease-id", l.id, "-t", seconds(l.ttl), "-m", l.tag, l.resource))
		return
	}
	c.giveUp(l)
}

// giveUp releases a lease of which it is not known whether it is held.
func (c *client) giveUp(l lease) {
	l.givenUp = true
	if r := c.run(check.Release, l, "release", l.resource, l.id); r.op.Outcome == check.Unknown || r.op.Outcome == check.Failed {
		c.doubt = append(c.doubt, l)
	}
}

func (c *client) renew(l lease) {
	if r := c.run(check.Renew, l, "renew", "-t", seconds(l.ttl), l.resource, l.id); r.op.Outcome == check.Lost {
		c.over(l)
	}
}

func (c *client) release(l lease) {
	switch r := c.run(check.Release, l, "release", l.resource, l.id); r.op.Outcome {
	case check.Released, check.Inactive:
		c.over(l)
	case check.Unknown:
		c.forget(l)
		l.givenUp = true
		c.doubt = append(c.doubt, l)
	}
}

func (c *client) isHeld(l lease) {
	if r := c.run(check.IsHeld, l, "is-held", l.resource, l.id); r.op.Outcome == check.None {
		c.over(l)
	}
}

func (c *client) current(resource string) {
	c.run(check.Current, lease{resource: resource}, "current", "-f", "json", resource)
}

func (c *client) over(l lease) {
	c.forget(l)
	c.stale = append(c.stale, l)
}

func (c *client) forget(l lease) {
	c.held = slices.DeleteFunc(c.held, func(known lease) bool { return known == l })
}

// errUnsettled is what remains if even a healed store gives no answer.
var errUnsettled = errors.New("leases of which the outcome is still unknown after ten tries")

// tidy gives back everything that the client holds or may hold.
func (c *client) tidy() error {
	for range 10 {
		left := append(c.held, c.doubt...)
		c.held, c.doubt = nil, nil
		for _, l := range left {
			c.giveUp(l)
		}
		if len(c.doubt) == 0 {
			return nil
		}
	}
	return fmt.Errorf("client %d: %w: %v", c.n, errUnsettled, c.doubt)
}

func seconds(d time.Duration) string { return fmt.Sprintf("%ds", int(d.Seconds())) }
