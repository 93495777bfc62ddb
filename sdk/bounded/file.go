// Package bounded reads files and connections whose size somebody else decides,
// without waiting or growing without end, and bounds how long a call lasts.
package bounded

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// ErrNotRegular says that there is something else than a file: a directory, a
// device, a pipe.
var ErrNotRegular = errors.New("is not a regular file")

// A TooLargeError says that there is more to read than is taken.
type TooLargeError struct{ Most int64 } // in bytes

func (e *TooLargeError) Error() string { return fmt.Sprintf("is larger than %d bytes", e.Most) }

// OpenRegular opens a regular file for reading, symbolic links followed. Other
// kinds are refused with [ErrNotRegular] and never waited for. The information
// is that of the open file.
func OpenRegular(path string) (*os.File, fs.FileInfo, error) {
	// Before opening too: to open a device can already be an act.
	if info, err := os.Stat(path); err != nil {
		return nil, nil, err
	} else if !info.Mode().IsRegular() {
		return nil, nil, ErrNotRegular
	}
	// Without O_NONBLOCK, a FIFO put there since would make the open wait.
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = ErrNotRegular
	}
	if err != nil {
		_ = file.Close()
		return nil, nil, err
	}
	return file, info, nil
}

// ReadFile reads a regular file of at most so many bytes. The error is that of
// the system, [ErrNotRegular] or a [*TooLargeError].
func ReadFile(path string, most int64) ([]byte, error) {
	file, _, err := OpenRegular(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return ReadAll(file, most)
}

// ReadAll reads to the end, but not more than so many bytes: then the error is a
// [*TooLargeError].
func ReadAll(r io.Reader, most int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(data)) > most:
		return nil, &TooLargeError{most}
	}
	return data, nil
}
