package main

import (
	"fmt"
	"os"
	"os/exec"
	"time"
)

// A hook is a command of the user's shell that runs beside another.
type hook struct {
	cmd  *exec.Cmd
	done chan error
}

// startHook starts a hook. What it prints goes to stderr: stdout is the command's.
func startHook(command string, env []string) *hook {
	cmd := shellCommand(command)
	cmd.Env, cmd.Stdout, cmd.Stderr = env, os.Stderr, os.Stderr
	h := &hook{cmd, make(chan error, 1)}
	if err := cmd.Start(); err != nil {
		h.done <- err
		return h
	}
	go func() { h.done <- cmd.Wait() }()
	return h
}

// wait waits for the end of a hook, but not for ever. A nil hook has ended.
func (h *hook) wait(limit time.Duration) {
	if h == nil {
		return
	}
	select {
	case err := <-h.done:
		if err != nil {
			note(fmt.Sprintf("warning: --on-lost %q failed: %v", h.cmd.Args[len(h.cmd.Args)-1], err))
		}
	case <-time.After(limit):
		_ = endHook(h.cmd)
		note(fmt.Sprintf("warning: --on-lost %q takes longer than --timeout, and was killed", h.cmd.Args[len(h.cmd.Args)-1]))
	}
}
