//go:build linux

package main

import (
	"fmt"
	"os"
	"testing"
)

// built is the stage of all tests: what one has built, the others find.
var built *stage

func TestMain(m *testing.M) { os.Exit(runTests(m)) }

func runTests(m *testing.M) int {
	var err error
	if built, err = newStage(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer built.remove()
	return m.Run()
}
