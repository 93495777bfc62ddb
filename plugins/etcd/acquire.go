package etcd

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"

	"github.com/stormlock/stormlock/sdk"
)

// Acquire takes the lock, or returns it as it stands if want.ID holds it.
//
// The first round trip makes an etcd lease and, at the same time, looks at what
// is there; the second puts the lock's keys on that lease, or says who holds it
// and takes the lease back.
func (b *backend) Acquire(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
	asked, ok := askedID(want.ID)
	if !ok {
		return sdk.Lease{}, sdk.Invalid("lease id %q is not 32 hexadecimal digits", want.ID)
	}
	ctx, cancel := b.bounded(ctx)
	defer cancel()
	a := &attempt{backend: b, resource: want.Resource, place: b.place(want.Resource), lock: lock{
		asked: asked, principal: want.Principal, reason: want.Reason,
	}}
	now, err := a.begin(ctx, want.TTL)
	switch {
	case err != nil:
		a.undo(ctx)
		return sdk.Lease{}, b.explain(err)
	case now.lock != lock{}:
		return a.answer(ctx, now.lock)
	}
	return a.take(ctx, now)
}

// An attempt is one acquire.
type attempt struct {
	*backend
	resource string
	place    place
	lock     lock // that it is to become; its id is 0 as long as there can be no etcd lease
	ttl      time.Duration
}

// begin makes the etcd lease and reads what is there. Nothing of a lock is
// written by that, so no error of it leaves a doubt.
func (a *attempt) begin(ctx context.Context, ttl time.Duration) (now reading, err error) {
	var unread error
	var looking sync.WaitGroup
	looking.Go(func() { now, unread = a.look(ctx, a.place) })
	id := newLeaseID()
	a.ttl, err = a.grant(ctx, id, ttl)
	looking.Wait()
	if err == nil || doubtful(err) && !says(err, rpctypes.ErrLeaseExist) {
		a.lock.id = id
	}
	switch {
	case unread != nil:
		return reading{}, unread
	case now.lock != lock{}: // then the lease would not have been needed
		return now, nil
	}
	return now, err
}

// answer is for a lock that is there: ours already, or another's. This attempt's
// etcd lease has no use then.
func (a *attempt) answer(ctx context.Context, found lock) (sdk.Lease, error) {
	var undoing sync.WaitGroup
	if found.id != a.lock.id { // as it would be if a request came twice
		undoing.Go(func() { a.undo(ctx) })
	}
	left, err := a.left(ctx, found.id)
	undoing.Wait()
	if found.asked == a.lock.asked {
		return a.asItStands(found, left, err)
	}
	if err != nil && !isGone(err) {
		return sdk.Lease{}, a.explain(err)
	}
	return sdk.Lease{}, &sdk.HeldError{Lease: found.lease(a.resource, left)}
}

// asItStands returns the lock that an earlier attempt with this id has taken, or
// this one, if its answer was lost.
func (a *attempt) asItStands(found lock, left time.Duration, err error) (sdk.Lease, error) {
	switch {
	case isGone(err):
		return sdk.Lease{}, sdk.Unavailable("etcd at %s: the lease that was there has ended just now; try again", a.where)
	case err != nil:
		return sdk.Lease{}, fmt.Errorf("etcd at %s: the lock is held by this lease id, but how long it lasts is not known: %v", a.where, err)
	}
	return found.lease(a.resource, left), nil
}

// take puts the keys. If it was overtaken, the transaction has told what is there
// now, and it tries again on that, with the same etcd lease.
func (a *attempt) take(ctx context.Context, now reading) (sdk.Lease, error) {
	a.lock.created, _ = readTime(writeTime(time.Now())) // as whoever reads it will see it
	for range mostTries {
		var taken bool
		var err error
		now, taken, err = a.store.take(ctx, a.place, a.lock, now.generation)
		switch {
		case err != nil && doubtful(err):
			return a.settle(ctx, err)
		case err != nil:
			a.undo(ctx)
			return sdk.Lease{}, a.explain(err)
		case taken:
			return now.lock.lease(a.resource, a.ttl), nil
		case now.lock != lock{}:
			return a.answer(ctx, now.lock)
		}
	}
	a.undo(ctx)
	return sdk.Lease{}, a.busy()
}
