//go:build !linux

package pluginhost

import (
	"errors"
	"os"
	"os/exec"
)

// runOpenFile makes sure that a command runs the file that is open. There is no
// way here to run an open file, so a moment is left in which it can be replaced.
func runOpenFile(cmd *exec.Cmd, file *os.File) error {
	opened, err := file.Stat()
	if err != nil {
		return err
	}
	if there, err := os.Stat(cmd.Path); err != nil || !os.SameFile(opened, there) {
		return errors.New("it was replaced while it was being checked; try again")
	}
	return nil
}
