package local

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/stormlock/stormlock/sdk"
)

// checkLocal refuses a path on a network file system. There, the lock on the
// file may be seen by one machine only, or be lost while it is held, and
// memory maps of it disagree: two operators would both believe that they hold
// the lock. A file that does not exist yet will lie where its nearest existing
// parent does.
func checkLocal(path string) error {
	place, err := nearest(path)
	if err != nil {
		return unwritten(path, err)
	}
	kind, err := networkKind(place)
	if err != nil {
		return unwritten(path, err)
	}
	if kind == "" {
		return nil
	}
	return sdk.Refused("lock file %q is on a network file system (%s), where file locks cannot be trusted; "+
		"set path to a local disk, or use a backend with a server", path, kind)
}

func nearest(path string) (string, error) {
	_, err := os.Stat(path)
	parent := filepath.Dir(path)
	if errors.Is(err, fs.ErrNotExist) && parent != path {
		return nearest(parent)
	}
	return path, err
}
