//go:build unix

package local

import (
	"io/fs"

	"golang.org/x/sys/unix"
)

// writable returns why this process may not read and write at a path.
func writable(path string) error {
	if err := unix.Faccessat(unix.AT_FDCWD, path, unix.R_OK|unix.W_OK, unix.AT_EACCESS); err != nil {
		return &fs.PathError{Op: "access", Path: path, Err: err}
	}
	return nil
}
