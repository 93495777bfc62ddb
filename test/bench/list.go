package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

const (
	listRuns = 7 // the first warms up and does not count
	seed     = "list"
	client   = "client" // the store's own
)

// timeLists fills each store and times "stormlock list" there.
func timeLists(benches []*bench, leases int) error {
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\nbackend\tleases\tlist ms\tits own client\tratio\tpeak MB, core\tplugin\t")
	for _, b := range benches {
		n := leases
		if b.backend == "dynamodb" {
			n /= 10
		}
		peak, err := b.lists(n)
		if err != nil {
			return fmt.Errorf("%s: %w", b.backend, err)
		}
		took, other := b.median("list"), b.median(client)
		fmt.Fprintf(table, "%s\t%d\t%.0f\t%.0f\t%.2f\t%s\t%s\t\n", b.backend, n, took, other, took/other, peak.core, peak.plugin)
	}
	return table.Flush()
}

// lists fills the store, beside a lock that is taken first, and times lists in turn
// with the store's own client.
func (b *bench) lists(n int) (peak peaks, err error) {
	if _, err := b.process("seed", "stormlock", "acquire", "-t", "1d", "-m", "to be listed, by a benchmark", seed); err != nil {
		return peak, err
	}
	if _, err := b.client("fill", strconv.Itoa(n-1)); err != nil {
		return peak, err
	}
	for range listRuns {
		read, err := b.client("read")
		if err != nil {
			return peak, err
		}
		// What rounds of commands left behind, as counters, is not read as a lease.
		if got, err := strconv.Atoi(strings.TrimSpace(read)); err != nil || got != n {
			return peak, fmt.Errorf("the client reads %q locks, want %d", read, n)
		}
		if err := b.list(&peak); err != nil {
			return peak, err
		}
	}
	return peak, b.listed(n)
}

// client runs the store's own client.
func (b *bench) client(args ...string) (string, error) {
	return b.process(client+map[bool]string{true: " fill"}[args[0] == "fill"], "client-"+b.backend, slices.Concat(b.settings, args)...)
}

func (b *bench) listCommand(args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(b.bin, "stormlock"), append([]string{"--timeout", "10m", "list"}, args...)...)
	cmd.Env, cmd.Stderr = b.env, os.Stderr
	return cmd
}

// list times one list, which is printed to nowhere.
func (b *bench) list(peak *peaks) error {
	cmd := b.listCommand("-f", "oneline")
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return err
	}
	watched := peak.watch(cmd.Process.Pid)
	err := cmd.Wait()
	b.times["list"] = append(b.times["list"], time.Since(begun))
	watched()
	return err
}

// listed checks that a list is whole.
func (b *bench) listed(want int) error {
	out, err := b.listCommand("-f", "oneline").Output()
	if got := strings.Count(string(out), "\n"); err == nil && got != want {
		err = fmt.Errorf("the list has %d leases, want %d", got, want)
	}
	return err
}
