//go:build unix

package leases

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/stormlock/stormlock/internal/owner"
)

// private checks that a directory is ours and that nobody else can write it.
func private(info fs.FileInfo) error {
	if user, ok := owner.Of(info); ok && user != owner.Effective() {
		return fmt.Errorf("it belongs to another user (%d); remove it, or set XDG_STATE_HOME", user)
	}
	if info.Mode().Perm()&0o022 != 0 {
		return errors.New("others can write it; run chmod 700 on it")
	}
	return nil
}
