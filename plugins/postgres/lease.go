package postgres

import (
	"context"
	"encoding/hex"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/stormlock/stormlock/sdk"
)

// Acquire takes the lock, or returns it as it stands if want.ID holds it.
func (b *backend) Acquire(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
	raw, ok := sdk.ParseID(want.ID)
	if !ok {
		return sdk.Lease{}, sdk.Invalid("lease id %q is not 32 hexadecimal digits", want.ID)
	}
	id := hexID(raw)
	found, err := b.write(ctx, change{
		queue: func(batch *pgx.Batch, r *row, deadline int64) {
			batch.Queue(b.table.sql(sqlRepeat), want.Resource, id, deadline)
			batch.Queue(b.table.sql(sqlTake), want.Resource, id, want.Principal, want.Reason, seconds(want.TTL), deadline).Query(r.scan)
		},
		resource: want.Resource,
		keep:     func(r *row) bool { return r.holds(id) },
	})
	switch {
	case err != nil:
		return sdk.Lease{}, err
	case found.holds(id):
		return found.toLease(want.Resource), nil
	case found.foreign():
		return sdk.Lease{}, b.foreign(want.Resource)
	case found.current():
		return sdk.Lease{}, &sdk.HeldError{Lease: found.toLease(want.Resource)}
	}
	// The lease that was in the way has ended since.
	return sdk.Lease{}, sdk.Unavailable("postgres at %s: the lock of resource %q has just become free; it was not taken; try again", b.where, want.Resource)
}

// Renew makes the lock end lease.TTL from now.
func (b *backend) Renew(ctx context.Context, lease sdk.Lease) (sdk.Lease, error) {
	found, err := b.writeOwn(ctx, lease, sqlRenew, seconds(lease.TTL))
	if err != nil {
		return sdk.Lease{}, err
	}
	return found.toLease(lease.Resource), nil
}

// Release removes the lock. Its fence counter stays.
func (b *backend) Release(ctx context.Context, lease sdk.Lease) error {
	_, err := b.writeOwn(ctx, lease, sqlRelease)
	return err
}

// writeOwn changes the current lease if it has lease.ID. The arguments follow
// the resource, the id and the deadline.
func (b *backend) writeOwn(ctx context.Context, lease sdk.Lease, statement string, args ...any) (row, error) {
	raw, ok := sdk.ParseID(lease.ID)
	if !ok {
		return row{}, sdk.ErrNotHeld
	}
	found, err := b.write(ctx, change{
		queue: func(batch *pgx.Batch, r *row, deadline int64) {
			args := append([]any{lease.Resource, hexID(raw), deadline}, args...)
			batch.Queue(b.table.sql(statement), args...).Query(r.scan)
		},
		resource: lease.Resource,
		keep:     func(r *row) bool { return r.changed },
	})
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
