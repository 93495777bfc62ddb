//go:build linux

package main

import (
	"sync"
	"syscall"
	"time"

	"github.com/stormlock/stormlock/test/servers"
	"github.com/stormlock/stormlock/test/torture/check"
	"github.com/stormlock/stormlock/test/torture/wire"
)

// A moment of a command at which it is struck. Commands ask several times; each
// of their requests can be the one.
type moment int

const (
	beforeSending moment = iota
	afterSending
	afterReply
)

// A part of stormlock.
type part int

const (
	plugin part = iota
	core
)

const (
	// victims are how many commands are struck in one history.
	victims = 6
	// hunting is how long they are looked for.
	hunting = 4 * time.Second
)

// A hunt strikes at commands as they come by.
type hunt struct {
	*history
	strike func(plugin, core int) // its processes
	wants  func(running) bool

	mu      sync.Mutex
	left    int
	pending sync.WaitGroup
}

// kill ends one part of some commands at a moment.
func kill(which part, at moment) func(*history) error {
	return func(h *history) error {
		hunt := &hunt{history: h, left: victims, strike: func(plugin, core_ int) {
			if which == core {
				plugin = core_
			}
			_ = syscall.Kill(plugin, syscall.SIGKILL)
		}}
		return hunt.run(at)
	}
}

// stopCores freezes stormlock while it waits for an answer, lets the answer
// come, and lets it go on when the lease that it got is over.
func stopCores(h *history) error {
	hunt := &hunt{history: h, left: victims}
	hunt.wants = func(r running) bool { return r.kind == check.Acquire && r.ttl < overTTL }
	hunt.strike = func(_, core int) {
		if servers.Freeze(core) != nil { // it has ended
			return
		}
		hunt.pending.Go(func() {
			time.Sleep(overTTL)
			_ = syscall.Kill(core, syscall.SIGCONT)
		})
	}
	if h.store.file != nil {
		return hunt.run(beforeSending) // the core is not the one that writes
	}
	return hunt.run(afterSending)
}

// run hunts until there are enough victims.
func (h *hunt) run(at moment) error {
	var err error
	if h.store.file != nil {
		err = h.watchFile(at)
	} else {
		h.watchProxy(at)
	}
	h.pending.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	if err == nil && h.left == victims {
		err = errNoVictim
	}
	return err
}

// watchProxy strikes where the requests pass.
func (h *hunt) watchProxy(at moment) {
	point := map[moment]wire.Point{beforeSending: wire.Asked, afterSending: wire.Sent, afterReply: wire.Told}[at]
	h.store.proxy.Watch(func(m wire.Moment) {
		// Which of its requests it is that a command dies of changes from one
		// to the next.
		if m.Point == point && m.Request == 1+m.Conn.ID%h.store.requests && !h.done() {
			if pid, err := m.Conn.Owner(); err == nil {
				h.meet(pid)
			}
		}
	})
	h.wait()
	h.store.proxy.Watch(nil)
}

// wait returns when there are no victims left to find, or it takes too long.
func (h *hunt) wait() {
	for end := time.Now().Add(hunting); time.Now().Before(end) && !h.done(); {
		time.Sleep(10 * time.Millisecond)
	}
}

func (h *hunt) done() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.left == 0
}

// meet strikes at the command of a plugin's process, if it is one to strike.
func (h *hunt) meet(plugin int) {
	core, err := wire.Parent(plugin)
	if err != nil {
		return
	}
	what, known := h.commands.Load(core)
	if !known || h.wants != nil && !h.wants(what.(running)) {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.left > 0 {
		h.left--
		h.strike(plugin, core)
	}
}
