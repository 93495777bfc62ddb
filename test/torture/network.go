//go:build linux

package main

import (
	"errors"
	"math/rand/v2"
	"time"

	"github.com/stormlock/stormlock/test/torture/check"
	"github.com/stormlock/stormlock/test/torture/wire"
)

// struckConns are how many connections one history loses an answer of, or has a
// request of late or twice.
const struckConns = 16

// swallow lets the server answer, and resets the connection instead of passing
// the answer on.
func swallow(h *history) error {
	return h.oneByOne(wire.Rule{Do: wire.Swallow})
}

// late holds requests back: shorter than an attempt waits, longer than that, and
// longer than the whole command.
func late(h *history) error {
	return h.oneByOne(wire.Rule{Do: wire.Hold}, time.Second, cutOff, commandTime+2*time.Second)
}

// double delivers requests twice: soon, and when their lease may be released or
// over.
func double(h *history) error {
	return h.oneByOne(wire.Rule{Do: wire.Repeat}, 50*time.Millisecond, 500*time.Millisecond, 3*time.Second)
}

// changes matches the connections of commands that change something.
func (h *history) changes(c *wire.Conn) bool {
	kind := h.kind(c)
	return kind == check.Acquire || kind == check.Renew || kind == check.Release
}

// acquires matches those of commands that may take a lock.
func (h *history) acquires(c *wire.Conn) bool { return h.kind(c) == check.Acquire }

// kind is that of the command that a connection belongs to, "" if it has ended.
func (h *history) kind(c *wire.Conn) check.Kind {
	plugin, err := c.Owner()
	if err != nil {
		return ""
	}
	core, err := wire.Parent(plugin)
	if err != nil {
		return ""
	}
	what, _ := h.commands.Load(core)
	command, _ := what.(running)
	return command.kind
}

// oneByOne strikes at one connection after the other, at any of its requests,
// after any of the delays. Two of three are an acquire's: there is most to lose.
// It returns when nothing is late any more.
func (h *history) oneByOne(rule wire.Rule, delays ...time.Duration) error {
	dice := rand.New(rand.NewPCG(h.seed, clients)) // the numbers below are the clients'
	rule.Conns = 1
	for range struckConns {
		rule.Request, rule.Match = 1+dice.IntN(h.store.requests), h.acquires
		if dice.IntN(3) == 0 {
			rule.Match = h.changes
		}
		if len(delays) > 0 {
			rule.After = delays[dice.IntN(len(delays))]
		}
		if err := h.store.proxy.Set(rule); err != nil {
			return err
		}
		time.Sleep(150 * time.Millisecond)
	}
	err := h.store.proxy.Set(wire.Rule{})
	for h.store.proxy.Late() > 0 {
		time.Sleep(10 * time.Millisecond)
	}
	return errors.Join(err, h.store.proxy.Set(wire.Rule{})) // ends those that were held
}
