//go:build unix && !linux

package main

import "testing"

// sighted is those that could be seen: none here, where no /proc shows them.
// TestCanary looks at all else.
type sighted struct{}

func watchProcesses(*testing.T) sighted { return sighted{} }

func (sighted) check(*testing.T, *canary) {}

func (sighted) saw(*canary) bool { return true }
