//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// shellCommand prepares a command line, in a process group of its own: no Ctrl-C is meant
// for it.
func shellCommand(command string) *exec.Cmd {
	cmd := exec.Command("/bin/sh", "-c", command)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

func endHook(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
