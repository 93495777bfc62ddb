package local

import (
	"context"
	"errors"
	"path/filepath"

	bolt "go.etcd.io/bbolt"

	"github.com/stormlock/stormlock/sdk"
)

// A lockFile runs operations on the file, each in a transaction of its own.
type lockFile struct {
	path string
	turn chan struct{} // holds a value while an operation of this instance runs
	now  func() moment // what the machine tells of the time
}

func newLockFile(path string) *lockFile {
	return &lockFile{path: path, turn: make(chan struct{}, 1), now: present}
}

// view reads the file as it is at one moment. While there is no file, or
// nothing in it, there are no leases, and look is not called.
func (f *lockFile) view(ctx context.Context, look func(*ledger) ([]sdk.Lease, error)) (leases []sdk.Lease, err error) {
	if err := f.takeTurn(ctx); err != nil {
		return nil, err
	}
	defer f.endTurn()
	if err := checkLocal(f.path); err != nil {
		return nil, err
	}
	err = f.read(ctx, func(l *ledger) error {
		leases, err = look(l)
		return err
	})
	return leases, err
}

// update changes the file, or leaves it as it was: a change that ends in a
// fault is undone as a whole.
//
// The file is looked at read-only first, because bbolt may write to a database
// merely by opening it, and one that is not ours must stay as it is.
func (f *lockFile) update(ctx context.Context, change func(*ledger) (sdk.Lease, error)) (sdk.Lease, error) {
	if err := f.takeTurn(ctx); err != nil {
		return sdk.Lease{}, err
	}
	defer f.endTurn()
	if err := checkLocal(f.path); err != nil {
		return sdk.Lease{}, err
	}
	if err := f.read(ctx, func(*ledger) error { return nil }); err != nil {
		return sdk.Lease{}, err
	}
	return f.write(ctx, change)
}

func (f *lockFile) read(ctx context.Context, look func(*ledger) error) error {
	err := f.withSession(ctx, reading, func(s *session) error {
		return s.db.View(func(tx *bolt.Tx) error {
			l, err := openLedger(tx, f.now())
			if err != nil {
				return err
			}
			return look(l)
		})
	})
	if errors.Is(err, errNoFile) || errors.Is(err, errBlank) {
		return nil
	}
	return err
}

func (f *lockFile) write(ctx context.Context, change func(*ledger) (sdk.Lease, error)) (lease sdk.Lease, err error) {
	if err := makeDir(filepath.Dir(f.path)); err != nil {
		return sdk.Lease{}, unwritten(f.path, err)
	}
	err = f.withSession(ctx, writing, func(s *session) error {
		lease, err = f.transact(ctx, s, change)
		return err
	})
	return lease, err
}

// transact commits what change did, and gives its answer only then.
func (f *lockFile) transact(ctx context.Context, s *session, change func(*ledger) (sdk.Lease, error)) (sdk.Lease, error) {
	tx, err := s.db.Begin(true)
	if err != nil {
		return sdk.Lease{}, unwritten(f.path, err)
	}
	defer tx.Rollback() // does nothing after a commit
	l, err := writableLedger(tx, f.now())
	if err != nil {
		return sdk.Lease{}, unwritten(f.path, err)
	}
	lease, answer := change(l)
	if !isAnswer(answer) {
		return sdk.Lease{}, unwritten(f.path, answer)
	}
	if err := f.commit(ctx, s, l); err != nil {
		return sdk.Lease{}, err
	}
	return lease, answer
}

// commit writes what has changed to the disk. The deadline counts until here
// and not beyond: once begun, a commit has an outcome, and that is the answer.
func (f *lockFile) commit(ctx context.Context, s *session, l *ledger) error {
	if !l.changed {
		return nil
	}
	if ctx.Err() != nil {
		return tooLate(ctx, f.path)
	}
	if err := l.remember(); err != nil {
		return unwritten(f.path, err)
	}
	s.committing = true
	return commitFault(f.path, l.meta.Tx().Commit())
}

// takeTurn keeps the operations of one instance from polling for each other's
// file lock. Operations of other instances and processes still do.
func (f *lockFile) takeTurn(ctx context.Context) error {
	if ctx.Err() != nil {
		return tooLate(ctx, f.path)
	}
	select {
	case f.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return tooLate(ctx, f.path)
	}
}

func (f *lockFile) endTurn() { <-f.turn }

// isAnswer tells what the lock says from what went wrong. An answer may come
// with a change: that an ended lease is gone.
func isAnswer(err error) bool {
	return err == nil || errors.Is(err, sdk.ErrHeld) || errors.Is(err, sdk.ErrNotHeld)
}
