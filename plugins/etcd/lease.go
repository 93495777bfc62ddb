package etcd

import (
	"context"

	"github.com/stormlock/stormlock/sdk"
)

// Renew lets the lock last as long again as it was acquired for: etcd cannot
// change how long that is. Other keys may have come to the place between the
// look and the renewal, so it looks again.
func (b *backend) Renew(ctx context.Context, lease sdk.Lease) (sdk.Lease, error) {
	ctx, cancel := b.bounded(ctx)
	defer cancel()
	held, err := b.confirm(ctx, lease)
	if err != nil {
		return sdk.Lease{}, err
	}
	left, err := b.keepAlive(ctx, held.id)
	switch {
	case isGone(err):
		return sdk.Lease{}, sdk.ErrNotHeld
	case err != nil:
		return sdk.Lease{}, b.unknown(err)
	}
	now, err := b.read(ctx, b.place(lease.Resource))
	switch {
	case err != nil:
		return sdk.Lease{}, b.unchecked(err)
	case now != held:
		return sdk.Lease{}, sdk.ErrNotHeld
	}
	return held.lease(lease.Resource, left), nil
}

// Release ends the lock by revoking the etcd lease that its keys hang on. That
// is guarded by itself: whatever has come to the place meanwhile hangs on
// another lease. Where it finds no such lock, or no longer, it makes void what
// may still be on its way to take it.
func (b *backend) Release(ctx context.Context, lease sdk.Lease) error {
	ctx, cancel := b.bounded(ctx)
	defer cancel()
	p := b.place(lease.Resource)
	now, err := b.look(ctx, p)
	if err != nil {
		return b.explain(err)
	}
	for range mostTries {
		if ended, err := b.end(ctx, now.lock, lease.ID); ended || err != nil {
			return err
		}
		var voided bool
		if now, voided, err = b.void(ctx, p, now); err != nil {
			return b.notVoided(err)
		}
		if voided {
			return sdk.ErrNotHeld
		}
	}
	return b.busy()
}

// end ends the lock that somebody's id is for, and reports whether it did.
func (b *backend) end(ctx context.Context, held lock, id string) (bool, error) {
	n, ok := leaseToEnd(held, id)
	if !ok {
		return false, nil
	}
	switch err := b.revoke(ctx, n); {
	case isGone(err):
		return false, nil
	case err != nil:
		return false, b.unknown(err)
	}
	return true, nil
}

// leaseToEnd is the etcd lease that the lock's own keys name, if the id that
// somebody gave is the lock's.
var leaseToEnd = func(held lock, id string) (int64, bool) { return held.id, held.is(id) }

// confirm returns the lock whose id somebody gave, as its own keys name it. An
// id that they do not name is not even asked etcd about.
func (b *backend) confirm(ctx context.Context, lease sdk.Lease) (lock, error) {
	held, err := b.read(ctx, b.place(lease.Resource))
	if err != nil {
		return lock{}, b.explain(err)
	}
	if !held.is(lease.ID) {
		return lock{}, sdk.ErrNotHeld
	}
	return held, nil
}

// Current reads the lock, and then how long its etcd lease still lasts: etcd
// has no request for both.
//
// A lock whose time is over counts as held, with nothing left, until etcd has
// deleted its keys: nobody else can take it before, and an election would give
// it its whole time again.
func (b *backend) Current(ctx context.Context, resource string) (sdk.Lease, error) {
	ctx, cancel := b.bounded(ctx)
	defer cancel()
	held, err := b.read(ctx, b.place(resource))
	switch {
	case err != nil:
		return sdk.Lease{}, b.explain(err)
	case held == lock{}:
		return sdk.Lease{}, sdk.ErrNotHeld
	}
	left, err := b.left(ctx, held.id)
	switch {
	case isGone(err):
		return sdk.Lease{}, sdk.ErrNotHeld
	case err != nil:
		return sdk.Lease{}, b.explain(err)
	}
	return held.lease(resource, left), nil
}
