//go:build unix

package main

import "syscall"

// The rules about what others can write must not depend on whoever runs the
// tests.
func init() { syscall.Umask(0o022) }
