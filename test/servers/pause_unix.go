//go:build unix

package servers

import (
	"errors"
	"syscall"
)

// Pause freezes the server: connections to it stay open and nothing answers.
func (p *process) Pause() error { return p.signal(syscall.SIGSTOP) }

// Resume lets a paused server go on; it then serves what has piled up.
func (p *process) Resume() error { return p.signal(syscall.SIGCONT) }

func (p *process) signal(s syscall.Signal) error {
	if !p.alive() {
		return errors.New("the server's process has ended")
	}
	return p.cmd.Process.Signal(s)
}
