//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stormlock/stormlock/sdk/boottime"
	"github.com/stormlock/stormlock/test/torture/check"
)

const (
	clients      = 8
	resources    = 3
	perResource  = 190              // commands, and some more at the end
	afterHealing = 200              // of all commands, at least
	faultAfter   = time.Second      // from the beginning
	longest      = 3 * time.Minute  // that clients may work
	freeWithin   = 10 * time.Second // a free resource can be taken
	goneWithin   = 5 * time.Second  // processes and connections
)

// A history is one run: clients at work, and one fault in the middle.
type history struct {
	cell
	seed      uint64
	seedFault string // of the seeded executables; "" for none
	store     *store
	bin       string // the executables
	dir, tmp  string
	resources []string
	began     boottime.Instant

	commands sync.Map     // process id -> running
	skew     atomic.Int64 // seconds by which clocks are off

	mu         sync.Mutex
	ops        []check.Op
	complaints []string
	window     struct{ begin, end time.Duration } // of the fault; end is 0 until all is well again
	atEnd      int                                // ops when it ended
	spared     bool                               // the fault found nothing to strike at
}

// newHistory prepares a history on a store. Its resources are its own.
func newHistory(c cell, s *store, bin string, seed uint64, seedFault string) (*history, error) {
	dir, err := os.MkdirTemp("", "stormlock-history")
	if err != nil {
		return nil, err
	}
	h := &history{cell: c, seed: seed, seedFault: seedFault, store: s, dir: dir, bin: filepath.Join(dir, "bin"), tmp: filepath.Join(dir, "tmp")}
	for i := range resources {
		h.resources = append(h.resources, fmt.Sprintf("%s-%d-%d", fileName(c.fault.name), seed, i))
	}
	return h, errors.Join(os.Mkdir(h.tmp, 0o700), linkAll(bin, h.bin))
}

// linkAll gives a history executables of its own, by which its processes can be
// told from those of others.
func linkAll(from, to string) error {
	if err := os.Mkdir(to, 0o755); err != nil {
		return err
	}
	names, err := filepath.Glob(filepath.Join(from, "*"))
	for _, name := range names {
		err = errors.Join(err, os.Link(name, filepath.Join(to, filepath.Base(name))))
	}
	return err
}

// run lets the clients work, strikes, and judges. The error is one of the
// harness, not of stormlock.
func (h *history) run() (verdict, error) {
	defer os.RemoveAll(h.dir)
	if err := h.store.begin(); err != nil {
		return verdict{}, err
	}
	var workers []*client
	for n := range clients {
		c, err := newClient(h, n)
		if err != nil {
			return verdict{}, err
		}
		workers = append(workers, c)
	}
	if err := workers[0].setUp(); err != nil {
		return verdict{}, err
	}
	h.began = boottime.Now()
	var working sync.WaitGroup
	for _, c := range workers {
		working.Go(c.work)
	}
	struck := h.strike()
	working.Wait()
	if struck != nil {
		return verdict{}, struck
	}
	h.finish(workers)
	return h.verdict(), nil
}

// strike waits for its time, and does what is to go wrong. It returns when all
// is well again. On a busy machine a second is not enough for the traffic that
// has to come before.
func (h *history) strike() error {
	time.Sleep(faultAfter)
	for h.now() < longest/3 && !h.busy() {
		time.Sleep(50 * time.Millisecond)
	}
	h.mark(&h.window.begin)
	err := h.fault.strike(h)
	h.mark(&h.window.end)
	h.mu.Lock()
	h.atEnd = len(h.ops)
	h.mu.Unlock()
	switch {
	case errors.Is(err, errNoVictim):
		h.spared = true
	case err != nil:
		return fmt.Errorf("%s: %w", h.cell, err)
	}
	return nil
}

// busy reports whether there has been enough traffic: what check.Enough asks for
// before a fault.
func (h *history) busy() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	grants := map[string]bool{}
	for _, op := range h.ops {
		if op.Outcome == check.Acquired {
			grants[op.Resource] = true
		}
	}
	return len(grants) == resources && len(h.ops) >= 30
}

func (h *history) mark(at *time.Duration) {
	now := h.now()
	h.mu.Lock()
	defer h.mu.Unlock()
	*at = now
}

func (h *history) note(op check.Op) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ops = append(h.ops, op)
}

// complain notes what must not be and is no matter of locks: an exit code that
// tells nothing, a command that hangs.
func (h *history) complain(format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.complaints = append(h.complaints, strings.TrimSpace(fmt.Sprintf(format, args...)))
}

// enough tells clients to stop.
func (h *history) enough() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.now() > longest {
		return true
	}
	return h.window.end != 0 && len(h.ops) >= perResource*resources && len(h.ops) >= h.atEnd+afterHealing
}

// finish gives everything back, and looks whether all is as before.
func (h *history) finish(workers []*client) {
	h.skew.Store(0)
	for _, c := range workers {
		c.closing = true
	}
	var tidying sync.WaitGroup
	for _, c := range workers {
		tidying.Go(func() {
			if err := c.tidy(); err != nil {
				h.complain("%v", err)
			}
		})
	}
	tidying.Wait()
	for _, resource := range h.resources {
		h.takeFree(workers[0], resource)
	}
	h.lookForLeftovers()
}

// takeFree acquires a resource that nobody holds any more, but for leases that
// were left to end, and releases it.
func (h *history) takeFree(c *client, resource string) {
	for end := h.now() + freeWithin; ; time.Sleep(200 * time.Millisecond) {
		if c.acquire(resource) {
			break
		}
		if h.now() > end {
			h.complain("resource %s is free, but could not be acquired for %v", resource, freeWithin)
			break
		}
	}
	if err := c.tidy(); err != nil {
		h.complain("%v", err)
	}
}

// lookForLeftovers waits a little: processes take a moment to end.
func (h *history) lookForLeftovers() {
	var left []string
	for end := h.now() + goneWithin; ; time.Sleep(50 * time.Millisecond) {
		if left = h.leftovers(); len(left) == 0 {
			return
		}
		if h.now() > end {
			h.complain("left over: %s", strings.Join(left, ", "))
			return
		}
	}
}

func (h *history) leftovers() []string {
	var left []string
	if pids := processes(h.bin); len(pids) > 0 {
		left = append(left, fmt.Sprintf("processes %v", pids))
	}
	if h.store.proxy != nil && h.store.proxy.Conns() > 0 {
		left = append(left, fmt.Sprintf("%d connections", h.store.proxy.Conns()))
	}
	if text, err := h.store.leftOver(h.struck()); err != nil || text != "" {
		left = append(left, strings.TrimSpace(fmt.Sprint(text, " ", err)))
	}
	sockets, _ := filepath.Glob(filepath.Join(h.tmp, "*", "*"))
	return append(left, sockets...)
}

// struck is how many acquires were under way during the fault.
func (h *history) struck() (n int) {
	for _, op := range h.ops {
		if op.Kind == check.Acquire && op.Return >= h.window.begin && op.Call <= h.window.end {
			n++
		}
	}
	return n
}

// verdict runs the checkers.
func (h *history) verdict() verdict {
	slices.SortStableFunc(h.ops, func(a, b check.Op) int { return int(a.Call - b.Call) })
	v := verdict{Ops: len(h.ops), Seconds: h.now().Seconds()}
	for _, op := range h.ops {
		if op.Outcome == check.Unknown {
			v.Unknown++
		}
	}
	recorded := check.History{Ops: h.ops, Start: time.Now().Add(-h.now())}
	if err := check.Enough(recorded, check.Window{Begin: h.window.begin, End: h.window.end}); err != nil {
		v.Invalid = err.Error()
	}
	if h.spared {
		v.Invalid = errNoVictim.Error()
	}
	for _, found := range check.Check(recorded, h.rules()) {
		v.Violations = append(v.Violations, found.String())
	}
	for _, text := range h.complaints {
		v.Violations = append(v.Violations, "complaint: "+text)
	}
	v.ops = h.ops
	return v
}

// rules are the store's, as far as the fault leaves them.
func (h *history) rules() check.Rules {
	r := h.store.rules(h.allowed())
	if h.fault.rules != nil {
		h.fault.rules(h.backend, &r)
	}
	return r
}

// errNoVictim is for a fault that found nothing to strike at.
var errNoVictim = errors.New("no command could be struck")
