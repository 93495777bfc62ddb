package mysql

import (
	"context"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// maxAttempts bounds how often an operation looks again within one call.
const maxAttempts = 20

// Acquire takes the lock, or returns it as it stands if want.ID holds it. An
// attempt that was overtaken wrote nothing: it looks again.
func (b *backend) Acquire(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
	id, ok := sdk.ParseID(want.ID)
	if !ok {
		return sdk.Lease{}, sdk.Invalid("lease id %q is not 32 hexadecimal digits", want.ID)
	}
	want.ID = shownID(id)
	return b.repeat(ctx, want.Resource, func(v *visit, seen sight) (*sdk.Lease, error) {
		switch {
		case seen.holds(id):
			lease := seen.toLease(want.Resource)
			return &lease, nil
		case seen.current():
			return nil, &sdk.HeldError{Lease: seen.toLease(want.Resource)}
		case !seen.counted || !seen.found:
			return nil, v.prepare(want, seen)
		}
		return v.take(want, id, seen)
	})
}

// Renew makes the lock end lease.TTL from now.
func (b *backend) Renew(ctx context.Context, lease sdk.Lease) (sdk.Lease, error) {
	id, ok := sdk.ParseID(lease.ID)
	if !ok {
		return sdk.Lease{}, sdk.ErrNotHeld
	}
	return b.repeat(ctx, lease.Resource, func(v *visit, seen sight) (*sdk.Lease, error) {
		if !seen.holds(id) {
			return nil, sdk.ErrNotHeld
		}
		renewed, err := v.decide(sqlRenew, seconds(lease.TTL), []byte(lease.Resource), id[:], v.deadline)
		if !renewed {
			return nil, err
		}
		now := seen.toLease(lease.Resource)
		now.TTL = lease.TTL
		return &now, nil
	})
}

// Release removes the lock. Its fence counter stays.
//
// It counts in any case, and before it looks whose the lock is: a late acquire
// that took it meanwhile is seen, and one that comes after finds another counter.
func (b *backend) Release(ctx context.Context, lease sdk.Lease) error {
	id, ok := sdk.ParseID(lease.ID)
	if !ok {
		return sdk.ErrNotHeld
	}
	counted := false
	_, err := b.repeat(ctx, lease.Resource, func(v *visit, seen sight) (*sdk.Lease, error) {
		if !counted {
			counted = true
			if err := v.certain(sqlVoid, []byte(lease.Resource)); err != nil {
				return nil, err
			}
		} else if !seen.holds(id) {
			return nil, sdk.ErrNotHeld
		}
		released, err := v.decide(sqlRelease, []byte(lease.Resource), id[:], v.deadline)
		if !released {
			return nil, err
		}
		return &lease, nil
	})
	return err
}

// Current reads the lock.
func (b *backend) Current(ctx context.Context, resource string) (sdk.Lease, error) {
	return b.repeat(ctx, resource, func(_ *visit, seen sight) (*sdk.Lease, error) {
		if !seen.current() {
			return nil, sdk.ErrNotHeld
		}
		lease := seen.toLease(resource)
		return &lease, nil
	})
}

// repeat looks at a resource, and has act do something about that, until it has
// a lease to show or an error. Without either it did nothing, because something
// else came first or the deadline is over.
func (b *backend) repeat(ctx context.Context, resource string, act func(*visit, sight) (*sdk.Lease, error)) (sdk.Lease, error) {
	ctx, cancel := b.bounded(ctx)
	defer cancel()
	v, err := b.begin(ctx)
	if err != nil {
		return sdk.Lease{}, err
	}
	defer v.hangUp()
	for range maxAttempts {
		seen, err := v.look(resource)
		if err == nil {
			err = v.late(seen)
		}
		if err != nil {
			return sdk.Lease{}, err
		}
		if lease, err := act(v, seen); err != nil {
			return sdk.Lease{}, err
		} else if lease != nil {
			return *lease, nil
		}
	}
	return sdk.Lease{}, b.overtaken(resource)
}

// prepare makes what a take needs to be there. Neither holds anything.
func (v *visit) prepare(want sdk.Lease, seen sight) error {
	if !seen.counted {
		if err := v.certain(sqlCount, []byte(want.Resource)); err != nil {
			return err
		}
	}
	if !seen.found {
		return v.certain(sqlPlace, []byte(want.Resource), want.Principal)
	}
	return nil
}

// take is what an acquire that found the lock free does. All but the end of the
// lease is known before: it begins to last when the server grants it.
func (v *visit) take(want sdk.Lease, id [16]byte, seen sight) (*sdk.Lease, error) {
	// The time keeps fences growing if the counter was restored from a backup.
	fence := max(seen.counter+1, seen.now)
	taken, err := v.decide(sqlTake,
		fence, id[:], want.Principal, want.Reason, fence, id[:], seen.now, seconds(want.TTL),
		[]byte(want.Resource), []byte(want.Resource), seen.counter, v.deadline)
	if !taken {
		return nil, err
	}
	want.Created, want.Fence = time.UnixMicro(seen.now).UTC(), uint64(fence)
	return &want, nil
}

func seconds(ttl time.Duration) int64 { return int64(ttl / time.Second) }
