// Package local keeps locks in one file on this machine.
//
// It needs no server, so it is the quick start of stormlock, and it is the
// backend to read before writing another: every rule that a backend has to
// keep is here in its plainest form. Those who share the path of the file
// share the locks; nobody else does.
//
// Read it in this order. This file is the backend as stormlock sees it.
// ledger.go holds the rules: who gets a lock, when a lease has ended. record.go
// and format.go say what lies in the file, clock.go what time it is in it. transaction.go makes one operation
// one bbolt transaction, and session.go opens and locks the file for it.
//
// Three things make it safe. The file is locked exclusively for every change,
// and each change is one transaction that is on the disk before its answer is
// given. Time neither jumps nor goes back: whoever sets the clock of the
// machine, leases end when they should (see clock.go). And what is not ours, be
// it a file, a database or a record, is refused and left as it was.
package local

import (
	"context"
	"errors"
	"iter"

	"github.com/stormlock/stormlock/sdk"
)

// A Config is the section [backend.local] of a configuration file.
type Config struct {
	Path string `key:"path" help:"file that holds the locks; absolute; default $XDG_STATE_HOME/stormlock/locks.db"`
}

// Open returns the backend that keeps its locks in c.Path. It touches no file:
// the first operation does. The error is a [*sdk.ConfigError].
func Open(_ context.Context, c Config) (sdk.Backend, error) {
	path, err := c.path()
	if err != nil {
		return nil, err
	}
	return &backend{newLockFile(path)}, nil
}

type backend struct {
	file *lockFile
}

func (b *backend) Acquire(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
	return b.file.update(ctx, func(l *ledger) (sdk.Lease, error) { return l.acquire(want) })
}

func (b *backend) Renew(ctx context.Context, lease sdk.Lease) (sdk.Lease, error) {
	return b.file.update(ctx, func(l *ledger) (sdk.Lease, error) { return l.renew(lease) })
}

func (b *backend) Release(ctx context.Context, lease sdk.Lease) error {
	_, err := b.file.update(ctx, func(l *ledger) (sdk.Lease, error) { return l.release(lease) })
	return err
}

// Current only reads, with one exception. A lease that has ended must not come
// back when the clock is set back after somebody was told of its end, so the
// end is written down before it is told.
func (b *backend) Current(ctx context.Context, resource string) (sdk.Lease, error) {
	found, err := b.file.view(ctx, func(l *ledger) ([]sdk.Lease, error) {
		lease, err := l.current(resource)
		return []sdk.Lease{lease}, err
	})
	switch {
	case errors.Is(err, errEnded):
		return b.file.update(ctx, func(l *ledger) (sdk.Lease, error) { return l.settle(resource) })
	case err != nil:
		return sdk.Lease{}, err
	case len(found) == 0: // no file yet
		return sdk.Lease{}, sdk.ErrNotHeld
	}
	return found[0], nil
}

// List reads a page before it yields any of it, so that a caller is free to
// change leases while it walks over them.
func (b *backend) List(ctx context.Context, prefix string) iter.Seq2[sdk.Lease, error] {
	return func(yield func(sdk.Lease, error) bool) {
		for from, more := prefix, true; more; more = from != "" {
			next := "" // also if there is no file
			page, err := b.file.view(ctx, func(l *ledger) (leases []sdk.Lease, _ error) {
				leases, next = l.list(prefix, from)
				return leases, nil
			})
			from = next
			if err != nil {
				yield(sdk.Lease{}, err)
				return
			}
			for _, lease := range page {
				if !yield(lease, nil) {
					return
				}
			}
		}
	}
}

// Setup creates the file, so that its place and rights can be seen before the
// first lock is taken. Acquire would create it too.
func (b *backend) Setup(ctx context.Context, dryRun bool) ([]string, error) {
	found := false
	_, err := b.file.view(ctx, func(*ledger) ([]sdk.Lease, error) { found = true; return nil, nil })
	if err != nil || found {
		return nil, err
	}
	statements := []string{"create " + b.file.path}
	if dryRun {
		return statements, nil
	}
	if _, err := b.file.update(ctx, func(*ledger) (sdk.Lease, error) { return sdk.Lease{}, nil }); err != nil {
		return nil, err
	}
	return statements, nil
}

// Close has nothing to free: the file is open only during an operation.
func (b *backend) Close() error { return nil }
