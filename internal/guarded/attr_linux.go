package guarded

import "syscall"

// commandAttr puts the command into a process group of its own, and has the kernel
// kill it when the thread ends that made it.
func commandAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
