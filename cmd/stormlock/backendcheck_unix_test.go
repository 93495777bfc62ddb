//go:build unix

package main

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestBackendCheckInterrupted: what the checks had locked is released, and the TAP says
// that it is not complete.
func TestBackendCheckInterrupted(t *testing.T) {
	o := newOperator(t, "local", "")
	cmd := o.command("backend", "check", "local")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var last string
	for lines := bufio.NewScanner(out); lines.Scan(); last = lines.Text() {
		if strings.HasSuffix(lines.Text(), " - names-are-data") { // those after it wait for leases to end
			_ = cmd.Process.Signal(syscall.SIGINT)
		}
	}
	_ = cmd.Wait()
	if last != "Bail out! interrupted" || cmd.ProcessState.ExitCode() != exitUnavailable || !strings.Contains(stderr.String(), "interrupted after ") {
		t.Errorf("the last line is %q, exit code %d, stderr %q", last, cmd.ProcessState.ExitCode(), &stderr)
	}
	if stdout, stderr, code := o.run(t, "list"); stdout != "" || code != 0 {
		t.Errorf("left: %s%s", stdout, stderr)
	}
}

// TestBackendCheckStopsUnread: the checks that nobody would read of are not run.
func TestBackendCheckStopsUnread(t *testing.T) {
	o := newOperator(t, "scripted", "")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Close()
	defer w.Close()
	cmd := o.command("backend", "check", "--only", "renew-extends", "scripted")
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = w, &stderr
	_ = cmd.Run()
	if code := cmd.ProcessState.ExitCode(); code != exitInternal || !strings.Contains(stderr.String(), "printing the results failed") {
		t.Errorf("exit code %d, stderr %q", code, &stderr)
	}
	if calls, err := os.ReadFile(filepath.Join(o.home, "calls")); err == nil {
		t.Errorf("called: %s", calls)
	}
}
