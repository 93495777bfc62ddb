//go:build linux

package main

import (
	"errors"
	"time"

	"github.com/stormlock/stormlock/test/torture/check"
	"github.com/stormlock/stormlock/test/torture/wire"
)

// struckConns are how many connections one history loses an answer of, or has a
// request of late or twice.
const struckConns = 8

// swallow lets the server answer, and resets the connection instead of passing
// the answer on.
func swallow(h *history) error {
	return h.oneByOne(func(int) wire.Rule { return wire.Rule{Do: wire.Swallow} })
}

// late holds requests back: shorter than an attempt waits, longer than that, and
// longer than the whole command.
func late(h *history) error {
	delays := []time.Duration{time.Second, cutOff, commandTime + 2*time.Second}
	return h.oneByOne(func(n int) wire.Rule {
		return wire.Rule{Do: wire.Hold, After: delays[n%len(delays)]}
	})
}

// double delivers requests twice: soon, and when their lease may be released or
// over.
func double(h *history) error {
	delays := []time.Duration{50 * time.Millisecond, 500 * time.Millisecond, 3 * time.Second}
	return h.oneByOne(func(n int) wire.Rule {
		return wire.Rule{Do: wire.Repeat, After: delays[n%len(delays)]}
	})
}

// writes reports whether a connection is that of a command which changes
// something.
func (h *history) writes(c *wire.Conn) bool {
	plugin, err := c.Owner()
	if err != nil {
		return false
	}
	core, err := wire.Parent(plugin)
	if err != nil {
		return false
	}
	what, ok := h.commands.Load(core)
	return ok && what.(running).kind != check.Current && what.(running).kind != check.IsHeld
}

// oneByOne strikes at one connection after the other, and at the first, the
// second, the third request of it in turn. It returns when nothing is late any
// more.
func (h *history) oneByOne(rule func(n int) wire.Rule) error {
	for n := range struckConns {
		r := rule(n + int(h.seed))
		r.Request, r.Conns, r.Match = 1+(n+int(h.seed))%h.store.requests, 1, h.writes
		if err := h.store.proxy.Set(r); err != nil {
			return err
		}
		time.Sleep(300 * time.Millisecond)
	}
	err := h.store.proxy.Set(wire.Rule{})
	for h.store.proxy.Late() > 0 {
		time.Sleep(10 * time.Millisecond)
	}
	return errors.Join(err, h.store.proxy.Set(wire.Rule{})) // ends those that were held
}
