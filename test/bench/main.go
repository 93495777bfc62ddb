// Command bench times whole processes: each of the five commands on each
// backend, beside the executables started alone and the store asked without
// stormlock, all in one run and in turn, for these machines are noisy.
//
//	go run ./test/bench -bin DIR [-runs N]
//
// DIR holds the executables, and that of ./bare. It prints medians in
// milliseconds. "over" is what a command costs beyond the two executables
// started alone and the store's own answer time; the last line says the same
// of a bare go-plugin host, plugin and call.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/stormlock/stormlock/test/servers"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("bench: ")
	bin := flag.String("bin", "", "directory of the executables")
	runs := flag.Int("runs", 101, "how often each is run")
	flag.Parse()
	if err := run(*bin, *runs); err != nil {
		log.Fatal(err)
	}
}

func run(bin string, runs int) error {
	bin, err := filepath.Abs(bin)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "stormlock-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	redis, err := servers.StartRedis(dir)
	if err != nil {
		return err
	}
	defer redis.Stop()

	benches := []*bench{
		newBench(bin, dir, "local", "path = "+filepath.Join(dir, "locks.db"), localStore(dir)),
		newBench(bin, dir, "redis", "url = "+redis.URL, redisStore(redis.Addr)),
	}
	bare := &bench{bin: bin, times: map[string][]time.Duration{}}
	for i := range runs + 1 { // the first warms up and does not count
		for _, b := range benches {
			if err := b.round(i); err != nil {
				return fmt.Errorf("%s: %w", b.backend, err)
			}
		}
		if err := bare.bareRound(); err != nil {
			return err
		}
	}
	if err := report(benches); err != nil {
		return err
	}
	alone, pair := bare.median("nothing"), bare.median("host")
	fmt.Printf("bare go-plugin: %.2f for a host, its plugin and one call; alone %.2f each; over %.2f\n", ms(pair), ms(alone), ms(pair-2*alone))
	return nil
}

func report(benches []*bench) error {
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "backend\tcommand\tmedian ms\tcore alone\tplugin alone\tstore\tover\t")
	for _, b := range benches {
		core, plugin := b.median("core"), b.median("plugin")
		for _, c := range b.commands() {
			took, store := b.median(c.name), b.median(c.store)
			fmt.Fprintf(table, "%s\t%s\t%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t\n",
				b.backend, c.name, ms(took), ms(core), ms(plugin), ms(store), ms(took-core-plugin-store))
		}
	}
	return table.Flush()
}

func (b *bench) median(name string) time.Duration {
	times := slices.Sorted(slices.Values(b.times[name][1:]))
	return times[len(times)/2]
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
