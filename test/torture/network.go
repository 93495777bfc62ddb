//go:build linux

package main

import (
	"errors"
	"math/rand/v2"
	"sync"
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
	return h.strikeRequests(wire.Rule{Do: wire.Swallow})
}

// late holds requests back: shorter than an attempt waits, longer than that, and
// longer than the whole command.
func late(h *history) error {
	return h.strikeRequests(wire.Rule{Do: wire.Hold}, time.Second, cutOff, overCommand)
}

// double delivers requests twice: soon, and when their lease may be released or
// over.
func double(h *history) error {
	return h.strikeRequests(wire.Rule{Do: wire.Repeat}, 50*time.Millisecond, 500*time.Millisecond, 3*time.Second)
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

// strikeRequests strikes at some requests, or in every other history, for longer
// than a command may take, at one of each command that changes something: then
// outcomes stay unknown. It returns when nothing is late any more.
func (h *history) strikeRequests(rule wire.Rule, delays ...time.Duration) error {
	strike := h.oneByOne
	if h.seed%2 == 0 {
		strike = h.allAtOnce
	}
	err := errors.Join(strike(rule, delays), h.store.proxy.Set(wire.Rule{}))
	for h.store.proxy.Late() > 0 {
		time.Sleep(10 * time.Millisecond)
	}
	return errors.Join(err, h.store.proxy.Set(wire.Rule{})) // ends those that were held
}

// oneByOne strikes at one connection after the other, at any of its requests,
// after any of the delays. Two of three are an acquire's, and half are those that
// may take the lock: there is most to lose.
func (h *history) oneByOne(rule wire.Rule, delays []time.Duration) error {
	dice := h.dice()
	rule.Conns = 1
	for range struckConns {
		rule.Request, rule.Match = h.store.requests, h.acquires
		if dice.IntN(2) == 0 {
			rule.Request = 1 + dice.IntN(h.store.requests)
		}
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
	return nil
}

// allAtOnce strikes at the request of each that may change something, after the
// longest of the delays.
func (h *history) allAtOnce(rule wire.Rule, delays []time.Duration) error {
	rule.Request, rule.Match = h.store.requests, h.changes
	if len(delays) > 0 {
		rule.After = delays[len(delays)-1]
	}
	if err := h.store.proxy.Set(rule); err != nil {
		return err
	}
	time.Sleep(overCommand)
	return nil
}

// atChange does something when a request has come to the proxy that may change
// something, before it is passed on: the command that sent it cannot know what
// came of it. If none comes, it is done anyway.
func (h *history) atChange(do func() error) error {
	var once sync.Once
	done := make(chan error, 1)
	strike := func() { once.Do(func() { done <- do() }) }
	h.store.proxy.Watch(func(m wire.Moment) {
		if m.Point == wire.Asked && m.Request == h.store.requests && h.changes(m.Conn) {
			strike()
		}
	})
	defer h.store.proxy.Watch(nil)
	select {
	case err := <-done:
		return err
	case <-time.After(hunting):
		strike()
		return <-done
	}
}

// dice are the seed's; the numbers below are the clients'.
func (h *history) dice() *rand.Rand { return rand.New(rand.NewPCG(h.seed, clients)) }
