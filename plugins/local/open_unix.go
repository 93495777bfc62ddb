//go:build unix

package local

import (
	"os"

	"golang.org/x/sys/unix"
)

// openFlags keep an open from following a link and from waiting for the other
// end of a FIFO.
const openFlags = unix.O_NOFOLLOW | unix.O_NONBLOCK

// syncDir makes a file created in dir survive a crash of the machine.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// unlock is needed besides closing: a mapping of the file into memory, which a
// panic leaves behind, keeps its lock alive.
func unlock(file *os.File) { _ = unix.Flock(int(file.Fd()), unix.LOCK_UN) }
