package postgres

import (
	"context"
	"encoding/hex"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/stormlock/stormlock/sdk"
)

// maxAttempts bounds how often an acquire looks again within one call.
const maxAttempts = 20

// Acquire takes the lock, or returns it as it stands if want.ID holds it. An
// attempt that was overtaken wrote nothing, and found that nobody holds the lock
// now: it looks again.
func (b *backend) Acquire(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
	raw, ok := sdk.ParseID(want.ID)
	if !ok {
		return sdk.Lease{}, sdk.Invalid("lease id %q is not 32 hexadecimal digits", want.ID)
	}
	want.ID = hexID(raw)
	ctx, cancel := b.bounded(ctx)
	defer cancel()
	for range maxAttempts {
		found, err := b.write(ctx, b.granting(want))
		switch {
		case err != nil:
			return sdk.Lease{}, err
		case found.holds(want.ID):
			return found.toLease(want.Resource), nil
		case found.foreign():
			return sdk.Lease{}, b.foreign(want.Resource)
		case found.current():
			return sdk.Lease{}, &sdk.HeldError{Lease: found.toLease(want.Resource)}
		}
	}
	return sdk.Lease{}, b.overtaken(want.Resource)
}

// Renew makes the lock end lease.TTL from now.
func (b *backend) Renew(ctx context.Context, lease sdk.Lease) (sdk.Lease, error) {
	found, err := b.writeOwn(ctx, lease, b.renewing)
	if err != nil {
		return sdk.Lease{}, err
	}
	return found.toLease(lease.Resource), nil
}

// Release removes the lock. Its fence counter stays.
func (b *backend) Release(ctx context.Context, lease sdk.Lease) error {
	_, err := b.writeOwn(ctx, lease, b.releasing)
	return err
}

// writeOwn changes the current lease if it has lease.ID.
func (b *backend) writeOwn(ctx context.Context, lease sdk.Lease, toChange func(sdk.Lease) change) (row, error) {
	raw, ok := sdk.ParseID(lease.ID)
	if !ok {
		return row{}, sdk.ErrNotHeld
	}
	lease.ID = hexID(raw)
	found, err := b.write(ctx, toChange(lease))
	switch {
	case err != nil:
		return row{}, err
	case found.foreign():
		return row{}, b.foreign(lease.Resource)
	case !found.changed:
		return row{}, sdk.ErrNotHeld
	}
	return found, nil
}

// Current reads the lock from the primary, in one round trip.
func (b *backend) Current(ctx context.Context, resource string) (sdk.Lease, error) {
	var found row
	err := b.read(ctx, func(batch *pgx.Batch) {
		batch.Queue(b.table.sql(sqlLook), resource).Query(found.scan)
	})
	switch {
	case err != nil:
		return sdk.Lease{}, err
	case found.foreign():
		return sdk.Lease{}, b.foreign(resource)
	case !found.current():
		return sdk.Lease{}, sdk.ErrNotHeld
	}
	return found.toLease(resource), nil
}

func hexID(id [16]byte) string { return hex.EncodeToString(id[:]) }

func seconds(ttl time.Duration) int64 { return int64(ttl / time.Second) }
