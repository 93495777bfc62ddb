//go:build unix

package guarded

import "os"

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
