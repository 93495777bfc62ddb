//go:build linux || darwin

package local

import (
	"golang.org/x/sys/unix"

	"github.com/stormlock/stormlock/sdk"
)

// freeSpace looks at how much room there is.
func freeSpace(path string) []sdk.Finding {
	var stat unix.Statfs_t
	if err := unix.Statfs(path, &stat); err != nil {
		return nil
	}
	return []sdk.Finding{spaceFinding(stat.Bavail * uint64(stat.Bsize))} // the type of Bsize differs by system
}
