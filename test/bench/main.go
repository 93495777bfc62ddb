// Command bench times whole processes: each of the five commands on each
// backend, beside a program that makes the same call in one process (see
// ./inprocess), and the two executables started alone, all in one run and in
// turn, for these machines are noisy.
//
//	go run ./test/bench -bin DIR [-runs N] [-crowd N] [-leases N] [-backend NAME]
//
// DIR holds the executables, and those of ./bare and ./inprocess. It prints
// medians in milliseconds. First the size of each executable, and how long it takes to
// start and tell its version. "ratio" is stormlock's time over that of the program in
// one process; "over" is what a command costs beyond that program and stormlock
// started alone. The last line says the same of a bare go-plugin host, plugin and
// call.
//
// Then a crowd of "stormlock acquire --wait" waits for one lock, and each of it has
// it in turn: how many requests a second the store gets meanwhile, and how long it
// takes until nobody waits any more.
//
// Then each store is filled with as many leases as -leases says, and "stormlock
// list" is timed beside a program that reads the same by the store's own client
// alone. 0 leaves out each of the three.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("bench: ")
	bin := flag.String("bin", "", "directory of the executables")
	var o options
	flag.IntVar(&o.runs, "runs", 101, "how often each command is run")
	flag.IntVar(&o.crowd, "crowd", 100, "how many wait for one lock")
	flag.IntVar(&o.leases, "leases", 100_000, "how many leases are listed; on dynamodb a tenth, which takes as long to write")
	flag.StringVar(&o.backend, "backend", "", "the one backend to look at")
	flag.Parse()
	if err := run(*bin, o); err != nil {
		log.Fatal(err)
	}
}

// options are what to time, and how often.
type options struct {
	runs, crowd, leases int
	backend             string
}

func run(bin string, o options) error {
	bin, err := filepath.Abs(bin)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "stormlock-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	stores, stop, err := startStores(dir, o.backend)
	defer stop()
	if err != nil {
		return err
	}
	var benches []*bench
	for _, s := range stores {
		b, err := newBench(bin, dir, s.backend, s.settings)
		if err != nil {
			return err
		}
		benches = append(benches, b)
	}
	if err := timeCommands(benches, bin, o.runs); err != nil {
		return err
	}
	if o.crowd > 0 {
		if err := reportCrowds(benches, stores, o.crowd); err != nil {
			return err
		}
	}
	if o.leases > 0 {
		return timeLists(benches, o.leases)
	}
	return nil
}

// timeCommands runs each command so often, and prints how long they take.
func timeCommands(benches []*bench, bin string, runs int) error {
	if runs == 0 {
		return nil
	}
	bare := &bench{bin: bin, times: map[string][]time.Duration{}}
	for i := range runs + 1 { // the first warms up and does not count
		if err := round(i, benches, bare); err != nil {
			return err
		}
	}
	return report(benches, bare)
}

func round(i int, benches []*bench, bare *bench) error {
	for _, b := range benches {
		if err := b.round(i); err != nil {
			return fmt.Errorf("%s: %w", b.backend, err)
		}
	}
	for _, mode := range []string{"nothing", "host"} {
		if _, err := bare.process(mode, "bare", mode); err != nil {
			return err
		}
	}
	return nil
}

func report(benches []*bench, bare *bench) error {
	if err := reportExecutables(benches); err != nil {
		return err
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "backend\tcommand\tmedian ms\tin process\tratio\tcore alone\tplugin alone\tover\t")
	for _, b := range benches {
		core, plugin := b.median("core"), b.median("plugin")
		for _, c := range commands {
			took, one := b.median(c.name), b.median(alone+c.call)
			fmt.Fprintf(table, "%s\t%s\t%.1f\t%.1f\t%.2f\t%.1f\t%.1f\t%.1f\t\n",
				b.backend, c.name, took, one, took/one, core, plugin, took-one-core)
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	nothing, pair := bare.median("nothing"), bare.median("host")
	_, err := fmt.Printf("bare go-plugin: %.1f for a host, its plugin and one call; alone %.1f each; over %.1f\n", pair, nothing, pair-2*nothing)
	return err
}
