//go:build !linux

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "torture: needs Linux: it finds processes in /proc, and stops and kills them")
	os.Exit(1)
}
