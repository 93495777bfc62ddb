package main

import "os/exec"

// shellCommand prepares a command line.
func shellCommand(command string) *exec.Cmd { return exec.Command("cmd", "/C", command) }

func endHook(cmd *exec.Cmd) error { return cmd.Process.Kill() }
