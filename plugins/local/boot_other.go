//go:build !linux && !darwin

package local

// bootID would have to name this boot of the machine.
func bootID() string { return "" }
