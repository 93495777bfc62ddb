//go:build unix

package leases

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// private checks that a directory is ours and that nobody else can write it.
func private(info fs.FileInfo) error {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != os.Geteuid() {
		return fmt.Errorf("it belongs to another user (%d); remove it, or set XDG_STATE_HOME", stat.Uid)
	}
	if info.Mode().Perm()&0o022 != 0 {
		return errors.New("others can write it; run chmod 700 on it")
	}
	return nil
}
