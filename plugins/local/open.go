package local

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/stormlock/stormlock/sdk"
)

// errNoFile says that there is nothing to read: no file, or an empty one, which
// another process has only just created.
var errNoFile = errors.New("no lock file")

// openRegular opens the file for bbolt, and nothing but a regular file: opening
// a FIFO could wait for ever, and a symbolic link could lead a privileged user
// to a file of somebody else's choosing. The kind is checked before and after,
// as the first check is what reads well and the second is what cannot be
// outrun.
func openRegular(path string, flag int, perm os.FileMode) (*os.File, error) {
	info, err := os.Lstat(path)
	if err == nil {
		err = checkKind(path, info)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	file, err := os.OpenFile(path, flag|openFlags, perm)
	if err != nil {
		return nil, err
	}
	if err := checkOpen(file, flag); err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}

func checkOpen(file *os.File, flag int) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if flag&os.O_RDWR == 0 && info.Size() == 0 {
		return errNoFile // bbolt would try to fill it
	}
	return checkKind(file.Name(), info)
}

func checkKind(path string, info fs.FileInfo) error {
	switch kind := info.Mode().Type(); {
	case kind == 0:
		return nil
	case kind&fs.ModeSymlink != 0:
		return sdk.Refused("lock file %q is a symbolic link, which is not followed; set path to the file itself", path)
	default:
		return sdk.Refused("lock file %q is not a regular file (%s); set path to another place", path, kind)
	}
}

// makeDir creates a directory and those above it, for their owner alone, and
// syncs each into the one above it.
func makeDir(dir string) error {
	parent := filepath.Dir(dir)
	if _, err := os.Stat(dir); err == nil || dir == parent {
		return nil
	}
	if err := makeDir(parent); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(parent)
}
