package local

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"
)

// createWhole makes the file if there is none: beside its place, and then puts
// it there complete. bbolt fills an empty file in place, and a full disk would
// leave half a database that is of no use even when there is space again.
func createWhole(path string) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return nil // what it is, or why that cannot be told, shows when it is opened
	}
	part, err := blankDatabase(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer os.Remove(part)
	// An error is that another was faster, or that the file system has no
	// links; then bbolt makes the file.
	_ = os.Link(part, path)
	return nil
}

// blankDatabase makes a database with nothing in it, under a name of its own.
func blankDatabase(dir string) (path string, err error) {
	file, err := os.CreateTemp(dir, ".stormlock-*")
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	if err := file.Close(); err != nil {
		return "", err
	}
	db, err := bolt.Open(file.Name(), 0o600, nil)
	if err != nil {
		return "", err
	}
	return file.Name(), db.Close()
}
