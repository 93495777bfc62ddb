package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stormlock/stormlock/internal/pluginhost/plugintest"
	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
	"github.com/stormlock/stormlock/sdk/boottime"
)

// manyLines are the lines of a list of the backend "many".
func manyLines(t *testing.T, prefix, format string, code int) []string {
	t.Helper()
	stdout, stderr, got := newOperator(t, "many", "").run(t, "--timeout", "20s", "list", "--prefix", prefix, "-f", format)
	if got != code {
		t.Fatalf("exit code %d, want %d; stderr %q", got, code, stderr)
	}
	if incomplete := "stormlock: the list is not complete: connection refused\n"; code != exitDone && stderr != incomplete {
		t.Errorf("stderr is %q, want %q", stderr, incomplete)
	}
	return strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
}

// TestListIsComplete, of whatever length. One that fits a page is sorted, whatever
// the order in which the store yields it, and others keep that order.
func TestListIsComplete(t *testing.T) {
	for _, c := range []struct {
		prefix string
		leases int
		code   int
		sorted bool
	}{
		{"999", 999, exitDone, true},
		{"1000", 1000, exitDone, true},
		{"1001", 1001, exitDone, false},
		{"2500", 2500, exitDone, false},
		{"1500-down", 1500, exitUnavailable, false},
	} {
		t.Run(c.prefix, func(t *testing.T) {
			t.Parallel()
			got := manyLines(t, c.prefix, "oneline", c.code)
			if len(got) != c.leases {
				t.Fatalf("%d lines, want %d", len(got), c.leases)
			}
			for i, line := range got {
				n := c.leases - 1 - i
				if c.sorted {
					n = i
				}
				if want := fmt.Sprintf("%s/%06d\tana@ops\t", c.prefix, n); !strings.HasPrefix(line, want) {
					t.Fatalf("line %d is %q, want it to begin with %q", i, line, want)
				}
			}
		})
	}
}

// TestTableGoesOn with the widths of its first leases.
func TestTableGoesOn(t *testing.T) {
	got := manyLines(t, "1200", "table", exitDone)
	if len(got) != 1201 || !slices.Equal(strings.Fields(got[0]), leaseHead[:]) {
		t.Errorf("%d lines, the first is %q", len(got), got[0])
	}
	for _, line := range got {
		if len(strings.Fields(line)) != len(leaseHead) || line[11:13] != "  " || line[13] == ' ' {
			t.Fatalf("a line is %q", line)
		}
	}
}

// TestReaderHasEnough: whoever reads the first lines alone ends the list, the
// plugin's reading of the store included, and there is nothing to complain of.
func TestReaderHasEnough(t *testing.T) {
	o := newOperator(t, "many", "")
	event := filepath.Join(o.home, "event")
	o.env = append(o.env, plugintest.EventFile+"="+event)
	const all = 300_000
	cmd := o.command("--timeout", "1m", "list", "-f", "oneline", "--prefix", strconv.Itoa(all))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	if err := out.Close(); err != nil || !strings.HasPrefix(line, "300000/299999\t") {
		t.Errorf("the first line is %q, %v", line, err)
	}
	if err := cmd.Wait(); err != nil || stderr.Len() > 0 {
		t.Errorf("the list ends in %v, stderr %q", err, stderr.String())
	}
	backendtest.Eventually(t, 20*time.Second, "the backend stops", func() bool { return content(event) != "" })
	if listed, _ := strconv.Atoi(content(event)); listed == 0 || listed > all/2 {
		t.Errorf("the backend listed %d of %d leases", listed, all)
	}
}

// TestListTellsOfAFullDisk: what was not printed is no list.
func TestListTellsOfAFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	for _, prefix := range []string{"3", "5000"} {
		cmd := newOperator(t, "many", "").command("list", "--prefix", prefix)
		var stderr strings.Builder
		cmd.Stdout, cmd.Stderr = full, &stderr
		_ = cmd.Run()
		if cmd.ProcessState.ExitCode() != exitInternal || !strings.Contains(stderr.String(), "printing the list failed: ") {
			t.Errorf("exit code %d, stderr %q", cmd.ProcessState.ExitCode(), stderr.String())
		}
	}
}

// TestStopwatch: that of a long list is looked at again and again.
func TestStopwatch(t *testing.T) {
	w := &stopwatch{asked: boottime.Now() - boottime.Instant(time.Hour)}
	first := w.elapsed()
	w.asked -= boottime.Instant(time.Hour)
	for range usesOfALook - 1 {
		if w.elapsed() != first {
			t.Fatal("it is looked at for each lease")
		}
	}
	if got := w.elapsed(); got < 2*time.Hour || first < time.Hour {
		t.Errorf("it tells %s and then %s", first, got)
	}
}

// TestWidths: where lines have to fit, the widest columns give way.
func TestWidths(t *testing.T) {
	long := standing{sdk.Lease{
		Resource: "production/database-7", Principal: "ana@ops.example.com", TTL: 90 * time.Second,
		Reason: "an upgrade with\ta tab that takes a while",
	}, time.Now()}
	short := standing{sdk.Lease{Resource: "é", Principal: "ben", TTL: time.Hour}, time.Now()}
	for columns, want := range map[int][]string{
		0: {
			"resource               principal            age  left   reason",
			`production/database-7  ana@ops.example.com  -    1m30s  an upgrade with\ta tab that takes a while`,
			"é                      ben                  -    1h",
		},
		60: {
			"resource        principal        age  left   reason",
			"production/da…  ana@ops.exampl…  -    1m30s  an upgrade wit…",
			"é               ben              -    1h",
		},
		10: {"res…  pri…", "pro…  ana…", "é     ben…"},
	} {
		table := newLeaseTable(columns, []standing{long, short})
		got := []string{table.line(leaseHead), table.line(cellsOf(long)), table.line(cellsOf(short))}
		if !slices.Equal(got, want) {
			t.Errorf("in %d columns: got %q, want %q", columns, got, want)
		}
		for _, line := range got {
			if columns > 0 && utf8.RuneCountInString(line) > columns {
				t.Errorf("%q is longer than %d columns", line, columns)
			}
		}
	}
}
