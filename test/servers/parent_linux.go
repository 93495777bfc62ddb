package servers

import (
	"os/exec"
	"syscall"
)

// dieWithParent has the kernel kill the server when the thread that started it
// ends. A Go program's threads live as long as the program, so that is also
// when a test binary is killed (a test timeout, a Ctrl-C) and no cleanup runs.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
