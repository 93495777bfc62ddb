//go:build unix

package guarded

import (
	"fmt"
	"os"
	"os/exec"
)

// Helpers are processes of the same executable, under these names.
const (
	guardName  = "stormlock-exec-guard"
	launchName = "stormlock-exec-launch"
)

// RunIfHelper turns this process into a helper if it was started as one. It does
// not return then. It comes before anything else that the program does.
func RunIfHelper() {
	switch os.Args[0] {
	case guardName:
		os.Exit(guard(os.Stdin))
	case launchName:
		os.Exit(launch())
	}
}

// helper prepares a helper. What runs is this very executable, also if another has
// taken its place since.
func helper(name string, args ...string) (*exec.Cmd, error) {
	path := "/proc/self/exe"
	if _, err := os.Stat(path); err != nil {
		if path, err = os.Executable(); err != nil {
			return nil, fmt.Errorf("stormlock does not find its own executable: %w", err)
		}
	}
	return &exec.Cmd{Path: path, Args: append([]string{name}, args...)}, nil
}
