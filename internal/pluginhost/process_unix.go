//go:build unix

package pluginhost

import (
	"os"
	"syscall"
)

// terminate and kill reach the plugin's whole process group, so that a helper
// that a stuck x

func terminate(p *os.Process) error { return syscall.Kill(-p.Pid, syscall.SIGTERM) }

func kill(p *os.Process) error { return syscall.Kill(-p.Pid, syscall.SIGKILL) }
