package main

import "os/exec"

// shell prepares a command line.
func shell(command string) *exec.Cmd { return exec.Command("cmd", "/C", command) }

func endHook(cmd *exec.Cmd) error { return cmd.Process.Kill() }
