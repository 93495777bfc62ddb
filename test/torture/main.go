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
	flag.IntVar(&o.parallel, "parallel", 3, "histories at a time")
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
	mixed    bool // whether cells of all backends take turns
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
	stop  chan struct{} // closed by a signal
	bad   int           // violations, those of earlier runs included
	fault error         // of the harness, the first
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
