package servers

import (
	"os/exec"
	"syscall"
)

// quitWithParent has the kernel end the server as Stop does, when the test
// binary is killed.
func quitWithParent(cmd *exec.Cmd) error {
	cmd.SysProcAttr.Pdeathsig = syscall.SIGQUIT
	return nil
}
