package leases

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Directory returns where the record is. It follows the XDG Base Directory
// Specification, by which a relative XDG_STATE_HOME is to be ignored.
func Directory(getenv func(string) string) (string, error) {
	state := getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) {
		home := getenv("HOME")
		if !filepath.IsAbs(home) {
			var err error
			if home, err = os.UserHomeDir(); err != nil || !filepath.IsAbs(home) {
				return "", errors.New("there is no home directory to keep the lease record under; set XDG_STATE_HOME")
			}
		}
		state = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(state, "stormlock", "leases"), nil
}

// A Record is the directory of notes, opened and found fit. It must be closed.
type Record struct {
	path string
	root *os.Root
}

// Open opens the record at path. If there is none, the error matches
// [fs.ErrNotExist].
func Open(path string) (*Record, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, unusable(path, err)
	}
	if err := fit(path, root); err != nil {
		return nil, errors.Join(unusable(path, err), root.Close())
	}
	return &Record{path, root}, nil
}

// Create opens the record at path, which it makes if there is none.
func Create(path string) (*Record, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, unusable(path, err)
	}
	return Open(path)
}

// fit checks that what was opened lies at path itself, not behind a symbolic
// link, and that only we can write there: others could plant notes that make us
// release a lock, or links that make us overwrite a file.
func fit(path string, root *os.Root) error {
	opened, err := root.Stat(".")
	if err != nil {
		return err
	}
	named, err := os.Lstat(path)
	switch {
	case err != nil:
		return err
	case named.Mode()&fs.ModeSymlink != 0:
		return errors.New("it is a symbolic link; put a directory there")
	case !os.SameFile(named, opened):
		return errors.New("it was replaced just now; try again")
	}
	return private(opened)
}

// Close closes the record.
func (r *Record) Close() error { return r.root.Close() }

// unusable is one line about the record's directory.
func unusable(path string, err error) error {
	if bad, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("lease record %s: %w", path, bad.Err)
	}
	return fmt.Errorf("lease record %s: %w", path, err)
}
