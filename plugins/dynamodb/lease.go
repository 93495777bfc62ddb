package dynamodb

import (
	"context"
	"encoding/hex"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/bounded"
)

// Which lock a new lease may take the place of, and which one a lease id may
// renew.
var (
	replaceable = lock.free
	renewable   = (*backend).owned
)

// Acquire takes the lock, or returns it as it stands if want.ID holds it.
func (b *backend) Acquire(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
	id, ok := sdk.ParseID(want.ID)
	if !ok {
		return sdk.Lease{}, sdk.Invalid("lease id %q is not 32 hexadecimal digits", want.ID)
	}
	want.ID = hex.EncodeToString(id[:])
	return b.settle(ctx, want.Resource, b.survey, func(ctx context.Context, s sight) (sdk.Lease, error) {
		l, found, err := b.lock(s)
		switch {
		case err != nil:
			return sdk.Lease{}, err
		case found && l.current(s.now) && l.ID == want.ID:
			l.TTL = l.left(s.now)
			return l.Lease, nil
		case found && l.ID != want.ID && !replaceable(l, s.now): // nobody is to be kept out by itself
			l.TTL = l.waits(s.now)
			return sdk.Lease{}, &sdk.HeldError{Lease: l.Lease}
		}
		return b.take(ctx, want, s)
	})
}

// Renew makes the lock end lease.TTL from now.
func (b *backend) Renew(ctx context.Context, lease sdk.Lease) (sdk.Lease, error) {
	if _, ok := sdk.ParseID(lease.ID); !ok {
		return sdk.Lease{}, sdk.ErrNotHeld
	}
	return b.settle(ctx, lease.Resource, b.look, func(ctx context.Context, s sight) (sdk.Lease, error) {
		l, err := renewable(b, s, lease.ID)
		if err != nil {
			return sdk.Lease{}, err
		}
		l.TTL = lease.TTL
		return l.Lease, b.extend(ctx, l, end(s.now, lease.TTL))
	})
}

// Release removes the lock. Its fence counter stays, and counts every answer.
func (b *backend) Release(ctx context.Context, lease sdk.Lease) error {
	if _, ok := sdk.ParseID(lease.ID); !ok {
		return sdk.ErrNotHeld
	}
	_, err := b.settle(ctx, lease.Resource, b.survey, func(ctx context.Context, s sight) (sdk.Lease, error) {
		return sdk.Lease{}, b.giveUp(ctx, lease.ID, s)
	})
	return err
}

// Current reads the lock consistently, in one round trip.
func (b *backend) Current(ctx context.Context, resource string) (sdk.Lease, error) {
	ctx, cancel := bounded.Call(ctx)
	defer cancel()
	s, err := b.look(ctx, resource)
	if err != nil {
		return sdk.Lease{}, err
	}
	l, err := b.current(s)
	if err != nil {
		return sdk.Lease{}, err
	}
	return l.Lease, nil
}
