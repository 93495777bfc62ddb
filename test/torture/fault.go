//go:build linux

package main

import (
	"errors"
	"time"

	"github.com/stormlock/stormlock/test/servers"
	"github.com/stormlock/stormlock/test/torture/check"
	"github.com/stormlock/stormlock/test/torture/wire"
)

// overTTL is longer than every TTL that anybody waits for.
const overTTL = 6 * time.Second

// cutOff is longer than one attempt of stormlock waits, and shorter than a command
// may take.
const cutOff = 4 * time.Second

// overCommand is longer than a command may take.
const overCommand = commandTime + 2*time.Second

// orLonger is a while, or in every other history one that no command outlasts.
func (h *history) orLonger(while time.Duration) time.Duration {
	if h.seed%2 == 0 {
		return overCommand
	}
	return while
}

var remote = []string{"redis", "etcd", "postgres", "dynamodb"}

// faults are all that can go wrong. The first is the comparison.
var faults = []fault{
	{name: "none", strike: func(*history) error { return nil }},
	{name: "plugin killed before sending", strike: kill(plugin, beforeSending)},
	{name: "plugin killed after sending", strike: kill(plugin, afterSending)},
	{name: "plugin killed after the reply", strike: kill(plugin, afterReply)},
	{name: "core killed before sending", strike: kill(core, beforeSending)},
	{name: "core killed after sending", strike: kill(core, afterSending)},
	{name: "core killed after the reply", strike: kill(core, afterReply)},
	{name: "core stopped > TTL", patient: true, strike: stopCores},
	{name: "server stopped 0.5 s", only: remote, strike: stopServer(500 * time.Millisecond)},
	{name: "server stopped 2 s", only: remote, strike: stopServer(2 * time.Second)},
	{name: "server stopped > TTL", only: remote, strike: stopServerLong},
	{name: "partition", only: remote, strike: cut(wire.Rule{Drop: wire.Both})},
	{name: "partition to the server", only: remote, strike: cut(wire.Rule{Drop: wire.ToServer})},
	{name: "partition from the server", only: remote, strike: cut(wire.Rule{Drop: wire.ToClient})},
	{name: "delay", only: remote, strike: cut(wire.Rule{DelayToServer: 300 * time.Millisecond, DelayToClient: 300 * time.Millisecond})},
	{name: "reply swallowed", only: remote, strike: swallow},
	{name: "request late", only: remote, strike: late},
	{name: "request doubled", only: remote, strike: double},
	{name: "server killed and restarted", needs: needsRestart, only: remote, strike: restart, rules: elections},
	{name: "leader killed", needs: needsCluster, only: []string{"etcd"}, strike: killLeader, rules: elections},
	{name: "clocks off 10 minutes", needs: needsSkew, strike: skewClocks, rules: otherClock},
	{name: "disk full", needs: needsDisk, only: []string{"local"}, strike: fillDisk},
	{name: "disk read-only", needs: needsDisk, only: []string{"local"}, strike: readOnlyDisk},
}

// elections are held by etcd, also by a member that is alone, when it starts.
func elections(backend string, r *check.Rules) { r.Restarts = backend == "etcd" }

func otherClock(_ string, r *check.Rules) { r.Clock = false }

// stopServer freezes the server for a while, with a request on its way to it.
func stopServer(how time.Duration) func(*history) error {
	return func(h *history) error {
		if err := h.atChange(h.store.server.Pause); err != nil {
			return err
		}
		time.Sleep(how)
		return h.store.server.Resume()
	}
}

// stopServerLong freezes the server until leases have ended.
func stopServerLong(h *history) error { return stopServer(h.orLonger(overTTL))(h) }

// cut puts the network under a rule for a while, with a request on its way.
func cut(r wire.Rule) func(*history) error {
	return func(h *history) error {
		if err := h.atChange(func() error { return h.store.proxy.Set(r) }); err != nil {
			return err
		}
		time.Sleep(h.orLonger(cutOff))
		return h.store.proxy.Set(wire.Rule{})
	}
}

// restart ends the server as a crash would, and starts it with what it had.
// Meanwhile nobody listens at its address.
func restart(h *history) error {
	h.store.server.Stop()
	gone := h.store.proxy.Set(wire.Rule{Refuse: true})
	time.Sleep(time.Duration(500+h.seed%5*250) * time.Millisecond)
	return errors.Join(gone, h.store.server.Restart(), h.store.proxy.Set(wire.Rule{}))
}

// killLeader ends the member that leads, lets the others elect another, and
// brings it back.
func killLeader(h *history) error {
	leader, err := servers.Leader(h.store.members)
	if err != nil {
		return err
	}
	leader.Stop()
	time.Sleep(3 * time.Second)
	return leader.Restart()
}

// skewClocks sets the wall clocks of two thirds of the clients off, one forward
// and one back, for the rest of the history.
func skewClocks(h *history) error {
	h.skew.Store(600)
	return nil
}
