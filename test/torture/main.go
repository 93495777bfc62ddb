//go:build linux

package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"sync"
	"syscall"
)

func main() {
	var o options
	flag.IntVar(&o.count, "count", 30, "histories for each backend and fault")
	flag.StringVar(&o.report, "report", "torture.jsonl", "report `FILE`; a run goes on where its histories end")
	flag.StringVar(&o.only, "only", "", "run only cells whose BACKEND/FAULT matches this regular `EXPRESSION`")
	flag.BoolVar(&o.seeded, "seeded", false, "look for the seeded faults instead")
	flag.IntVar(&o.parallel, "parallel", 2, "cells at a time")
	table := flag.Bool("table", false, "print the tables of the report and stop")
	list := flag.Bool("list", false, "print the cells and stop")
	flag.Parse()

	err := func() error {
		switch {
		case *list:
			for _, c := range cells() {
				fmt.Println(c)
			}
			return nil
		case *table:
			return printTables(o.report)
		}
		return runAll(o)
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, "torture:", err)
		os.Exit(1)
	}
}

type options struct {
	count    int
	report   string
	only     string
	seeded   bool
	parallel int
}

func printTables(path string) error {
	r, err := openReport(path)
	if err != nil {
		return err
	}
	r.table(os.Stdout)
	fmt.Println()
	r.seedTable(os.Stdout)
	return nil
}

// A torture is one run of the harness.
type torture struct {
	options
	stage *stage
	mu    sync.Mutex
	*report
	stop chan struct{} // closed by a signal
	bad  int           // violations, those of earlier runs included
}

func runAll(o options) error {
	wanted, err := regexp.Compile(o.only)
	if err != nil {
		return err
	}
	t := &torture{options: o, stop: make(chan struct{})}
	if t.stage, err = newStage(); err != nil {
		return err
	}
	defer t.stage.remove()
	if t.report, err = openReport(o.report); err != nil {
		return err
	}
	t.heedSignals()
	if o.seeded {
		return t.runSeeded(wanted)
	}
	return t.runCells(wanted)
}

// heedSignals lets the histories that run end, so that their servers do.
func (t *torture) heedSignals() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		fmt.Fprintln(os.Stderr, "torture: stopping after the histories that run now")
		close(t.stop)
	}()
}

func (t *torture) stopped() bool {
	select {
	case <-t.stop:
		return true
	default:
		return false
	}
}

// runCells runs every cell until it has its count of valid histories.
func (t *torture) runCells(wanted *regexp.Regexp) error {
	queue := make(chan cell)
	errs := make(chan error, 1)
	var working sync.WaitGroup
	for range t.parallel {
		working.Go(func() {
			for c := range queue {
				if t.stopped() {
					continue
				}
				if err := t.runCell(c); err != nil {
					select {
					case errs <- err:
					default:
					}
				}
			}
		})
	}
	for _, c := range cells() {
		if wanted.MatchString(c.String()) {
			queue <- c
		}
	}
	close(queue)
	working.Wait()
	select {
	case err := <-errs:
		return err
	default:
	}
	if t.bad > 0 {
		return fmt.Errorf("%d violations; see %s", t.bad, t.path)
	}
	return nil
}

// runCell runs one backend under one fault. Histories that are invalid are
// repeated, but not for ever.
func (t *torture) runCell(c cell) error {
	sum, err := t.sum(c.variant(), c.backend)
	if err != nil {
		return err
	}
	t.mu.Lock()
	had := t.of(c, sum)
	t.bad += had.violations
	t.mu.Unlock()
	if had.histories >= t.count {
		return nil
	}
	bin, err := t.bin(c.variant())
	if err != nil {
		return err
	}
	s, err := startStore(c.backend, c.fault)
	if err != nil {
		return err
	}
	defer s.stop()
	for n := had.histories + had.invalid; had.histories < t.count && had.invalid <= 2*t.count && !t.stopped(); n++ {
		e := entry{Backend: c.backend, Fault: c.fault.name, Seed: uint64(n + 1), Sum: sum}
		if e.verdict, err = oneHistory(c, s, bin, e.Seed, ""); err != nil {
			return err
		}
		if t.stopped() { // a Ctrl-C is also for the servers
			return nil
		}
		had.add(e.verdict)
		if err := t.record(e); err != nil {
			return err
		}
	}
	if had.histories < t.count && !t.stopped() {
		return fmt.Errorf("%s: too little happens in its histories: %d of %d are invalid; see %s", c, had.invalid, had.invalid+had.histories, t.path)
	}
	return nil
}

func (t *torture) sum(v variant, backend string) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.stage.sum(v, backend)
}

func (t *torture) bin(v variant) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.stage.bin(v)
}

func oneHistory(c cell, s *store, bin string, seed uint64, seeded string) (verdict, error) {
	h, err := newHistory(c, s, bin, seed, seeded)
	if err != nil {
		return verdict{}, err
	}
	return h.run()
}

func (t *torture) record(e entry) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bad += len(e.Violations)
	progress(os.Stdout, e.Backend, e.Fault, fmt.Sprintf("seed %d", e.Seed), fmt.Sprintf("%d ops", e.Ops),
		fmt.Sprintf("%d unknown", e.Unknown), fmt.Sprintf("%.0f s", e.Seconds), e.verdict)
	if e.Seeded == "" {
		for _, v := range e.Violations {
			fmt.Println("   ", v)
		}
	}
	return t.add(e)
}
