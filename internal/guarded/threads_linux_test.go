package guarded

import (
	"os/exec"
	"sync"
	"syscall"
	"testing"
)

// TestEndLeavesOtherProcesses: the kernel terminates a backend when the thread ends that
// started it, and any thread of this process may have.
func TestEndLeavesOtherProcesses(t *testing.T) {
	others := make([]*exec.Cmd, 32)
	var starting sync.WaitGroup
	for i := range others {
		other := exec.Command("sleep", "600")
		other.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
		others[i] = other
		starting.Go(func() {
			if err := other.Start(); err != nil {
				t.Error(err)
			}
		})
	}
	starting.Wait()
	defer func() {
		for _, other := range others {
			_ = other.Process.Kill()
			_ = other.Wait()
		}
	}()
	for range 20 {
		ended(t, script(t, t.TempDir(), "true"))
	}
	for _, other := range others {
		if !alive(other.Process.Pid) {
			t.Fatal("a process that this one had started was ended together with a command")
		}
	}
}
