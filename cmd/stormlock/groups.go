package main

import (
	"slices"

	"github.com/spf13/cobra"
)

// groups are the parts that help lists commands in.
var groups = []struct {
	title    string
	commands []string
}{
	{"Taking and giving back locks:", []string{"acquire", "renew", "release", "exec", "break"}},
	{"Looking:", []string{"current", "is-held", "list", "mine"}},
	{"Setting up:", []string{"init", "config", "backend", "doctor", "version", "completion", "help"}},
}

// grouped puts each command into its group.
func grouped(root *cobra.Command) {
	for _, group := range groups {
		root.AddGroup(&cobra.Group{ID: group.title, Title: group.title})
		for _, cmd := range root.Commands() {
			if slices.Contains(group.commands, cmd.Name()) {
				cmd.GroupID = group.title
			}
		}
	}
}
