//go:build !linux

package servers

import "os/exec"

func quitWithParent(*exec.Cmd) error { return nil }
