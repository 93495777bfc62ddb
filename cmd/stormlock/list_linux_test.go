package main

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestListIsBounded: 200,000 leases of more than a kilobyte take no more memory than
// some of them, neither by a format nor before they are printed.
func TestListIsBounded(t *testing.T) {
	o := newOperator(t, "many", "")
	for _, format := range []string{"table", "oneline", "json"} {
		few, _ := o.peak(t, 3_000, format)
		most, lines := o.peak(t, 200_000, format)
		if lines < 200_000 {
			t.Errorf("%s: %d lines", format, lines)
		}
		if more := most - few; more > 64<<20 {
			t.Errorf("%s: %d MB for 200000 leases, %d MB for 3000", format, most>>20, few>>20)
		}
		t.Logf("%s: %d MB for 200000 leases, %d MB for 3000", format, most>>20, few>>20)
	}
}

// peak lists so many large leases, and returns the most memory that stormlock had
// resident, and how many lines it printed.
func (o *operator) peak(t *testing.T, leases int, format string) (most, lines int) {
	t.Helper()
	cmd := o.command("--timeout", "3m", "list", "-f", format, "--prefix", strconv.Itoa(leases)+"-large")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	status := fmt.Sprintf("/proc/%d/status", cmd.Process.Pid)
	read := bufio.NewReader(out)
	for looked := time.Now(); err == nil; {
		_, err = read.ReadSlice('\n')
		if err == bufio.ErrBufferFull {
			err = nil
			continue
		}
		lines++
		if time.Since(looked) > 10*time.Millisecond {
			most, looked = max(most, resident(content(status))), time.Now()
		}
	}
	if waited := cmd.Wait(); err != io.EOF || waited != nil {
		t.Fatalf("the list ends in %v, %v", err, waited)
	}
	return most, lines - 1
}

// resident is what a status of Linux says of the most memory of a process.
func resident(status string) int {
	_, rest, _ := strings.Cut(status, "VmHWM:")
	line, _, _ := strings.Cut(rest, " kB")
	kilobytes, _ := strconv.Atoi(strings.TrimSpace(line))
	return kilobytes << 10
}
