package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/stormlock/stormlock/sdk"
)

// Every text names the file, says what is wrong with it and, where there is
// something to do, what.

func tooLate(ctx context.Context, path string) error {
	return sdk.Unavailable("lock file %q was left as it is: %v before anything was written", path, ctx.Err())
}

func stillBusy(ctx context.Context, path string) error {
	return sdk.Unavailable("lock file %q is in use by another process (%v); try again", path, ctx.Err())
}

func foreignDatabase(path string) error {
	return sdk.Refused("lock file %q is the database of another application; set path to a file for stormlock alone", path)
}

func foreignRecord(path, resource string) error {
	return sdk.Refused("resource %q: what lock file %q has there is not a lock; remove it or use another name", resource, path)
}

func unknownVersion(path, version string) error {
	return sdk.Refused("lock file %q has format version %q, which this stormlock does not know; use a newer stormlock or set path to another file", path, version)
}

func damagedFile(path, how string) error {
	return sdk.Refused("lock file %q is damaged (%s); restore it, or move it away once nobody holds a lock", path, how)
}

// damage is what a panic of bbolt means. Up to the commit nothing was written.
func damage(path string, committing bool, cause any) error {
	if committing {
		return fmt.Errorf("lock file %q: writing broke off (%v); look at the lock before you rely on it", path, cause)
	}
	return damagedFile(path, fmt.Sprint(cause))
}

// commitFault is a commit that did not end well. bbolt may have failed before
// or after the step that makes the change count.
func commitFault(path string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("lock file %q: writing failed (%w); look at the lock before you rely on it", path, err)
}

// openFault says why the file could not be opened. Errors of the system, which
// carry a number, are about the place; all others of bbolt are about what it
// found inside.
func openFault(path string, m mode, err error) error {
	var number syscall.Errno
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return errBusy
	case m == reading && (errors.Is(err, errNoFile) || errors.Is(err, fs.ErrNotExist)):
		return errNoFile
	case errors.As(err, &number), known(err):
		return unwritten(path, err)
	}
	return sdk.Refused("lock file %q is not a lock file (%v); set path to another file", path, err)
}

// unwritten returns err as one that promises that nothing was written.
func unwritten(path string, err error) error {
	switch {
	case known(err):
		return err
	case errors.Is(err, fs.ErrPermission):
		return sdk.Refused("lock file %q: %v; run as its owner or set path to a file of yours", path, within(path, err))
	case errors.Is(err, syscall.EROFS):
		return sdk.Unavailable("lock file %q is on a read-only file system; set path to another place", path)
	}
	return sdk.Unavailable("lock file %q: %v", path, within(path, err))
}

// known reports whether err promises already that nothing was written.
func known(err error) bool {
	return errors.Is(err, sdk.ErrRefused) || errors.Is(err, sdk.ErrUnavailable)
}

// within drops the path that the os package puts before an error, where it is
// the one that the text has already.
func within(path string, err error) error {
	var inPath *fs.PathError
	if errors.As(err, &inPath) && inPath.Path == path {
		return inPath.Err
	}
	return err
}
