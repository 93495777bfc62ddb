//go:build unix

package pluginhost

import (
	"os"
	"path/filepath"
	"syscall"
)

// terminate and kill reach the plugin's whole process group, so that a helper
// that a stuck plugin started goes with it.

func terminate(p *os.Process) error { return syscall.Kill(-p.Pid, syscall.SIGTERM) }

func kill(p *os.Process) error { return syscall.Kill(-p.Pid, syscall.SIGKILL) }

// ownAddress reports whether an address is that of a socket in dir.
func ownAddress(network, addr, dir string) bool {
	return network == "unix" && filepath.Dir(addr) == filepath.Clean(dir)
}
