package pluginhost

import (
	"os"
	"strings"
	"syscall"
)

// Windows has no SIGTERM to send.
func terminate(p *os.Process) error { return p.Kill() }

func kill(p *os.Process) error { return p.Kill() }

// sysProcAttr keeps Ctrl-C from the plugin: it is for us, and we tell it.
func sysProcAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// leftAlone is what a plugin gets that nobody terminates if we are killed.
func leftAlone(attr *syscall.SysProcAttr) *syscall.SysProcAttr { return attr }

// ownAddress reports whether an address is one of this machine.
func ownAddress(network, addr, _ string) bool {
	return network == "tcp" && strings.HasPrefix(addr, "127.0.0.1:")
}
