package etcd

import (
	"context"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// overtime is how long an attempt may go on cleaning up once its context has
// ended.
const overtime = 700 * time.Millisecond

// outlasting returns a context that ends a little later than ctx.
func outlasting(ctx context.Context) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(overtime, cancel) })
	return longer, func() { stop(); cancel() }
}

// undo takes back the etcd lease of an attempt that certainly takes no lock. No
// keys hang on it, and none ever will: that is no more than tidy, and can do no
// harm whenever it arrives.
func (a *attempt) undo(ctx context.Context) {
	if a.lock.id == 0 {
		return
	}
	ctx, cancel := outlasting(ctx)
	defer cancel()
	_ = a.revoke(ctx, a.lock.id)
}

// settle finds out about a request to take the lock whose answer was lost; why
// is what came instead. The request may still be on its way. It is called back
// by revoking the etcd lease that it needs: once that is acknowledged, it
// certainly takes no lock.
//
// It is called back only as long as the caller waits for that, and by a store
// that has just answered. A caller who has given up may repeat the acquire at
// any moment, find the lock that this attempt took after all, and believe to
// hold it; a revocation would end it.
func (a *attempt) settle(ctx context.Context, why error) (sdk.Lease, error) {
	waiting := patient(ctx)
	found, err := a.read(waiting, a.place)
	switch {
	case err != nil:
		return sdk.Lease{}, a.unknown(why)
	case found.asked == a.lock.asked:
		left, err := a.left(waiting, found.id)
		return a.asItStands(found, left, err)
	}
	if err := callBack(waiting, a); err != nil && !isGone(err) {
		return sdk.Lease{}, a.unknown(why)
	}
	return sdk.Lease{}, a.explain(why)
}

// callBack ends the etcd lease without which a late request takes no lock.
var callBack = func(ctx context.Context, a *attempt) error { return a.revoke(ctx, a.lock.id) }
