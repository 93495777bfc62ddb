// Package itself starts further processes of the executable that is running.
package itself

import (
	"fmt"
	"os"
	"os/exec"
)

// Command prepares a process under a name of its own, by which it knows what it is
// for: name is its os.Args[0]. What runs is this very executable, also if another
// has taken its place since.
func Command(name string, args ...string) (*exec.Cmd, error) {
	path := "/proc/self/exe"
	if _, err := os.Stat(path); err != nil {
		if path, err = os.Executable(); err != nil {
			return nil, fmt.Errorf("stormlock does not find its own executable: %w", err)
		}
	}
	return &exec.Cmd{Path: path, Args: append([]string{name}, args...)}, nil
}
