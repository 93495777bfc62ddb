package servers

import (
	"cmp"
	"os/exec"
	"syscall"
)

// dieWithParent has the kernel kill the server when the thread that started it
// ends. A Go program's threads live as long as the program, so that is also
// when a test binary is killed (a test timeout, a Ctrl-C) and no cleanup runs.
// What cmd already asks for stays, such as another signal.
func dieWithParent(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = cmp.Or(cmd.SysProcAttr.Pdeathsig, syscall.SIGKILL)
}
