//go:build unix && !linux

package guarded

import "syscall"

// commandAttr puts the command into a process group of its own.
func commandAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
