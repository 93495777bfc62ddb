//go:build linux

package main

import (
	"fmt"
	"regexp"
	"sync"
)

// A lane is what a run does with one cell.
type lane struct {
	cell
	bin, sum string

	tally
	broken bool // it cannot be run
}

// runCells runs one history of every cell, then another of each, until each has
// its count of valid ones: a run that is interrupted has looked at all of them.
func (t *torture) runCells(wanted *regexp.Regexp) error {
	lanes, err := t.lanes(wanted)
	if err != nil {
		return err
	}
	queue := make(chan *lane)
	var working sync.WaitGroup
	for range t.parallel {
		working.Go(func() { t.work(queue) })
	}
	for round := 1; round <= t.count; round++ {
		for _, l := range lanes {
			if !t.stopped() && t.wants(l, round) {
				queue <- l
			}
		}
	}
	close(queue)
	working.Wait()
	if t.fault != nil {
		return t.fault
	}
	if t.bad > 0 {
		return fmt.Errorf("%d violations; see %s", t.bad, t.path)
	}
	return nil
}

// lanes are those of the wanted cells, with what the report has of them.
func (t *torture) lanes(wanted *regexp.Regexp) (all []*lane, err error) {
	for _, c := range cells() {
		if !wanted.MatchString(c.String()) {
			continue
		}
		l, err := t.lane(c)
		if err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	return all, nil
}

func (t *torture) lane(c cell) (*lane, error) {
	bin, err := t.bin(c.variant())
	if err != nil {
		return nil, err
	}
	sum, err := t.sum(c.variant(), c.backend)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	l := &lane{cell: c, bin: bin, sum: sum, tally: t.of(c, sum)}
	t.bad += l.violations
	return l, nil
}

// servers names those of a cell: cells with the same can share them.
func (l *lane) servers() string {
	switch needs := l.fault.needs; {
	case needs == needsCluster, needs == needsDisk, needs == needsRestart && l.backend == "dynamodb":
		return fmt.Sprint(l.backend, " ", needs)
	}
	return l.backend
}

func (t *torture) wants(l *lane, round int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return l.histories < round && !l.broken
}

// work runs histories on servers of its own, which it starts when it first needs
// them. Unless backends are mixed, those of one backend go before the next: idle
// members of etcd alone took a tenth of two cores.
func (t *torture) work(queue <-chan *lane) {
	stores := pool{}
	defer stores.keep("")
	for l := range queue {
		if t.stopped() {
			continue
		}
		if !t.mixed {
			stores.keep(l.backend)
		}
		s, err := stores.of(l)
		if err == nil {
			err = t.turn(l, s)
		}
		if err != nil {
			t.giveUp(l, err)
			stores.drop(l) // nobody knows in which state it is
		}
	}
}

// A pool holds the servers of one worker.
type pool map[string]*store

func (p pool) of(l *lane) (*store, error) {
	if s, ok := p[l.servers()]; ok {
		return s, nil
	}
	s, err := startStore(l.backend, l.fault)
	if err == nil {
		p[l.servers()] = s
	}
	return s, err
}

func (p pool) drop(l *lane) {
	if s, ok := p[l.servers()]; ok {
		s.stop()
		delete(p, l.servers())
	}
}

// keep stops the servers of all other backends.
func (p pool) keep(backend string) {
	for name, s := range p {
		if s.backend != backend {
			s.stop()
			delete(p, name)
		}
	}
}

// giveUp notes that a cell cannot be run.
func (t *torture) giveUp(l *lane, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l.broken = true
	if t.fault == nil {
		t.fault = err
	}
}

// turn runs one valid history of a cell. Those that are invalid are repeated, but
// not for ever.
func (t *torture) turn(l *lane, s *store) (err error) {
	for !t.stopped() {
		e := entry{Backend: l.backend, Fault: l.fault.name, Seed: t.nextSeed(l), Sum: l.sum}
		if e.verdict, err = oneHistory(l.cell, s, l.bin, e.Seed, ""); err != nil {
			return err
		}
		if t.stopped() { // a Ctrl-C is also for the servers
			return nil
		}
		if err := t.enter(l, e); err != nil || e.Invalid == "" {
			return err
		}
	}
	return nil
}

func (t *torture) nextSeed(l *lane) uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	l.last++
	return l.last
}

// enter adds a history to the report and to what is known of its cell.
func (t *torture) enter(l *lane, e entry) error {
	if err := t.record(e); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	l.add(e.verdict)
	if l.invalid > 2*t.count {
		return fmt.Errorf("%s: too little happens in its histories: %d of %d are invalid; see %s", l.cell, l.invalid, l.invalid+l.histories, t.path)
	}
	return nil
}
