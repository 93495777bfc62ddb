package pluginhost

import "syscall"

// sysProcAttr puts the plugin into a process group of its own: a Ctrl-C is for
// us, and we tell the plugin. If we are killed, Linux terminates it; the SDK
// sees our connection end as well.
func sysProcAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}

// leftAlone is what a plugin gets that nobody terminates if we are killed.
func leftAlone(attr *syscall.SysProcAttr) *syscall.SysProcAttr {
	attr.Pdeathsig = 0
	return attr
}
