package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk/backendtest"
)

// guardOf returns the process id of the guard that a stormlock has started.
func guardOf(t *testing.T, stormlock int) (guard int) {
	t.Helper()
	backendtest.Eventually(t, 20*time.Second, "the guard runs", func() bool {
		files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
		for _, f := range files {
			line, _ := os.ReadFile(f)
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(f)))
			if bytes.HasPrefix(line, []byte("stormlock-exec-guard\x00")) && parentOf(pid) == stormlock {
				guard = pid
			}
		}
		return guard > 0
	})
	return guard
}

// parentOf returns the parent of a process.
func parentOf(pid int) int {
	status, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	_, rest, _ := bytes.Cut(status, []byte("PPid:\t"))
	text, _, _ := bytes.Cut(rest, []byte("\n"))
	parent, _ := strconv.Atoi(string(text))
	return parent
}

// TestExecKilledWithItsGuard: the kernel kills the command then.
func TestExecKilledWithItsGuard(t *testing.T) {
	o := newOperator(t, "local", "")
	cmd := o.under(`trap "" TERM INT HUP; ` + ready + `while :; do sleep 0.2; done`)
	pid := o.begun(t, cmd)
	guard := guardOf(t, cmd.Process.Pid)
	_ = syscall.Kill(guard, syscall.SIGKILL)
	vanishes(t, "the guard", guard)
	if gone(pid) {
		t.Fatal("the command ended with its guard alone")
	}
	_ = cmd.Process.Kill()
	vanishes(t, "the command", pid)
}
