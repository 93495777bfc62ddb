//go:build unix

package main

import "testing"

// TestEveryCommandHasAGroup: a new command has to be named in groups.
func TestEveryCommandHasAGroup(t *testing.T) {
	for _, cmd := range newRoot().Commands() {
		if cmd.GroupID == "" {
			t.Errorf("%s is in no group", cmd.Name())
		}
	}
}
