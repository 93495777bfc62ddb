//go:build unix && !linux

package pluginhost

import "syscall"

// sysProcAttr puts the plugin into a process group of its own: a Ctrl-C is for
// us, and we tell the plugin.
func sysProcAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

// leftAlone is what a plugin gets that nobody terminates if we are killed.
func leftAlone(attr *syscall.SysProcAttr) *syscall.SysProcAttr { return attr }
