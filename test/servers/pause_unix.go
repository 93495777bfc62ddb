//go:build unix

package servers

import (
	"errors"
	"fmt"
	"syscall"
	"time"
)

// freezeTimeout is how long a process may take to stop.
const freezeTimeout = 10 * time.Second

// Freeze stops a process with SIGSTOP and returns when all of its threads have
// stopped. The signal alone is not enough: kill returns before it takes effect,
// and a server with many threads may answer once more.
func Freeze(pid int) error {
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		return err
	}
	for deadline := time.Now().Add(freezeTimeout); ; time.Sleep(time.Millisecond) {
		if stopped, err := frozen(pid); stopped || err != nil {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("process %d has not stopped after %v", pid, freezeTimeout)
		}
	}
}

// Pause freezes the server: connections to it stay open and nothing answers.
func (p *process) Pause() error {
	if !p.alive() {
		return errEnded
	}
	return Freeze(p.Pid())
}

// Resume lets a paused server go on; it then serves what has piled up.
func (p *process) Resume() error { return p.signal(syscall.SIGCONT) }

var errEnded = errors.New("the server's process has ended")

func (p *process) signal(s syscall.Signal) error {
	if !p.alive() {
		return errEnded
	}
	return p.cmd.Process.Signal(s)
}
