//go:build unix

package guarded

import "syscall"

// terminateGroup asks a process group to end. Whoever is stopped has to go on to
// hear it.
func terminateGroup(group int) {
	signalGroup(group, syscall.SIGTERM)
	signalGroup(group, syscall.SIGCONT)
}

func killGroup(group int) { signalGroup(group, syscall.SIGKILL) }

// signalGroup sends a signal to a process group. That nobody is left there is as
// good.
func signalGroup(group int, s syscall.Signal) { _ = syscall.Kill(-group, s) }
