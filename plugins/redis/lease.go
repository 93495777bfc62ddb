package redis

import (
	"context"
	"strconv"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/bounded"
)

// Acquire takes the lock, or returns it as it stands if want.ID holds it.
func (b *backend) Acquire(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
	id, ok := sdk.ParseID(want.ID)
	if !ok {
		return sdk.Lease{}, sdk.Invalid("lease id %q is not 32 hexadecimal digits", want.ID)
	}
	ctx, cancel := bounded.Call(ctx)
	defer cancel()
	reply, err := b.take(ctx, b.keys(want.Resource), id[:], want.Principal, want.Reason, milliseconds(want.TTL))
	return b.lease(want.Resource, reply, err)
}

// Renew makes the lock end lease.TTL from now.
func (b *backend) Renew(ctx context.Context, lease sdk.Lease) (sdk.Lease, error) {
	id, ok := sdk.ParseID(lease.ID)
	if !ok {
		return sdk.Lease{}, sdk.ErrNotHeld
	}
	ctx, cancel := bounded.Call(ctx)
	defer cancel()
	keys := []string{b.prefix + lease.Resource}
	reply, err := b.write(ctx, scriptRenew, lookAtTime, keys, id[:], milliseconds(lease.TTL))
	return b.lease(lease.Resource, reply, err)
}

// Release removes the lock. Its counter stays; it is counted up if the lock was
// not lease's, so that nothing that was sent to take it for lease does any more.
func (b *backend) Release(ctx context.Context, lease sdk.Lease) error {
	id, ok := sdk.ParseID(lease.ID)
	if !ok {
		return sdk.ErrNotHeld
	}
	ctx, cancel := bounded.Call(ctx)
	defer cancel()
	reply, err := b.write(ctx, scriptRelease, lookAtTime, b.keys(lease.Resource), id[:])
	_, err = b.lease(lease.Resource, reply, err)
	return err
}

// Current reads the lock from the primary, in one round trip.
func (b *backend) Current(ctx context.Context, resource string) (sdk.Lease, error) {
	ctx, cancel := bounded.Call(ctx)
	defer cancel()
	reply, err := b.read(ctx, scriptCurrent, b.prefix+resource)
	return b.lease(resource, reply, err)
}

// keys are those of a lock and of its counter.
func (b *backend) keys(resource string) []string {
	return []string{b.prefix + resource, fenceKey(b.prefix, resource)}
}

// lease turns a script's reply into an operation's result.
func (b *backend) lease(resource string, r reply, err error) (sdk.Lease, error) {
	if err != nil {
		return sdk.Lease{}, err
	}
	switch r.status() {
	case "lease":
		return r.lease(resource)
	case "held":
		return sdk.Lease{}, r.held(resource)
	case "none":
		return sdk.Lease{}, sdk.ErrNotHeld
	case "late":
		return sdk.Lease{}, sdk.Unavailable("redis at %s: the request came after its deadline; no lock was changed; try again", b.where)
	case "foreign":
		return sdk.Lease{}, sdk.Refused(`key %q holds data that is not a lock (%s); nothing was changed; choose another resource or set "prefix"`, r.text(1), r.text(2))
	case "no counter":
		return sdk.Lease{}, sdk.Refused(`key %q holds %s where the fence counter of resource %q belongs; nothing was changed; remove that key or set "prefix"`, r.text(1), r.text(2), resource)
	case "invalid":
		return sdk.Lease{}, sdk.Invalid("redis at %s: the lock of resource %q was asked for with a bad argument; nothing was written", b.where, resource)
	}
	return sdk.Lease{}, errMalformed
}

func milliseconds(ttl time.Duration) string {
	return strconv.FormatInt(ttl.Milliseconds(), 10)
}
