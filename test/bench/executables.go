package main

import (
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"
)

// reportExecutables prints the size of each executable and how long it takes to start,
// from the rounds in which it told its version.
func reportExecutables(benches []*bench) error {
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "executable\tMB\tmedian ms\t")
	for i, b := range benches {
		if i == 0 {
			if err := reportExecutable(table, b, "stormlock", "core"); err != nil {
				return err
			}
		}
		if err := reportExecutable(table, b, "stormlock-backend-"+b.backend, "plugin"); err != nil {
			return err
		}
	}
	fmt.Fprintln(table)
	return table.Flush()
}

func reportExecutable(table *tabwriter.Writer, b *bench, file, name string) error {
	info, err := os.Stat(filepath.Join(b.bin, file))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(table, "%s\t%.2f\t%.1f\t\n", file, float64(info.Size())/1e6, b.median(name))
	return err
}
