package local

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"time"

	bolt "go.etcd.io/bbolt"
)

// A session is the file, open and locked for one operation.
//
// The file is opened anew each time since its lock belongs to the open file:
// that is what lets any number of processes, and of instances in one process,
// take turns. Writers lock it for themselves alone, readers share it.
type session struct {
	db         *bolt.DB
	file       *os.File
	committing bool // from here on a fault leaves the outcome unknown
}

type mode bool

const (
	reading mode = false
	writing mode = true
)

// errBusy says that the file is locked by another, or was replaced while it
// was being opened: look again soon.
var errBusy = errors.New("lock file is busy")

// withSession waits for the file until ctx ends, and runs use on it once.
func (f *lockFile) withSession(ctx context.Context, m mode, use func(*session) error) error {
	for {
		err := f.trySession(m, use)
		if !errors.Is(err, errBusy) {
			return err
		}
		select {
		case <-ctx.Done():
			return stillBusy(ctx, f.path)
		case <-time.After(pause()):
		}
	}
}

// pause is short, since an operation takes milliseconds, and random, since the
// others who wait pause too.
func pause() time.Duration {
	return 2*time.Millisecond + rand.N(18*time.Millisecond)
}

// trySession runs use if the file is free. bbolt answers a damaged file with a
// panic or by reading where no memory is; either becomes an error here.
func (f *lockFile) trySession(m mode, use func(*session) error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	s := &session{}
	defer func() {
		if cause := recover(); cause != nil {
			s.abandon()
			err = damage(f.path, s.committing, cause)
		}
	}()
	if m == writing {
		if err := createWhole(f.path); err != nil {
			return unwritten(f.path, err)
		}
	}
	if err := s.open(f.path, m); err != nil {
		return err
	}
	err = use(s)
	_ = s.db.Close() // what was committed is on the disk already
	return err
}

func (s *session) open(path string, m mode) (err error) {
	s.db, err = bolt.Open(path, 0o600, &bolt.Options{
		Timeout:  time.Nanosecond, // one attempt: it is withSession that waits
		ReadOnly: m == reading,
		OpenFile: func(path string, flag int, perm os.FileMode) (*os.File, error) {
			s.file, err = openRegular(path, flag, perm)
			return s.file, err
		},
	})
	if err != nil {
		return openFault(path, m, err)
	}
	if s.replaced(path) {
		_ = s.db.Close()
		return errBusy
	}
	return nil
}

// replaced reports whether the file that we have locked is no longer the one
// at path. Somebody removed it while we waited: a lock kept in it would be seen
// by nobody.
func (s *session) replaced(path string) bool {
	ours, err := s.file.Stat()
	if err != nil {
		return true
	}
	present, err := os.Lstat(path)
	return err != nil || !os.SameFile(ours, present)
}

// abandon lets go of the file after a panic. Closing the database instead
// could wait for ever for a mutex that bbolt held when it panicked.
func (s *session) abandon() {
	if s.file != nil {
		unlock(s.file)
		_ = s.file.Close()
	}
}
