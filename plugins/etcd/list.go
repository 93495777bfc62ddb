package etcd

import (
	"context"
	"iter"
	"strings"
	"sync"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/stormlock/stormlock/sdk"
)

const (
	pageSize   = 2000 // keys that are looked at for one reply
	locksRead  = 21   // at most in one request: a server takes 128 operations
	leasesRead = 16   // at most at the same time
)

// List goes through the keys, which etcd keeps in order, and so meets each lock
// once. A lock is read whole, as of one moment, and other data is passed over.
// Each page has the time of a call: all of them may well take longer.
func (b *backend) List(ctx context.Context, prefix string) iter.Seq2[sdk.Lease, error] {
	return func(yield func(sdk.Lease, error) bool) {
		from := b.prefix + prefix
		for end := clientv3.GetPrefixRangeEnd(from); from != ""; {
			var leases []sdk.Lease
			var err error
			if leases, from, err = b.turn(ctx, prefix, from, end); err != nil {
				yield(sdk.Lease{}, b.explain(err))
				return
			}
			for _, lease := range leases {
				if !yield(lease, nil) {
					return
				}
			}
		}
	}
}

// turn returns the leases whose ids are on the next page, and where the page
// after it begins, or "" behind the last.
func (b *backend) turn(ctx context.Context, prefix, from, end string) ([]sdk.Lease, string, error) {
	ctx, cancel := b.bounded(ctx)
	defer cancel()
	p, err := b.page(ctx, from, end)
	if err != nil {
		return nil, "", err
	}
	var whole, cut []string // locks that are on the page, and others
	var readings []reading
	for _, kv := range p.keys {
		name, ok := b.resource(string(kv.Key))
		if !ok || !strings.HasPrefix(name, prefix) {
			continue
		}
		if r, ok := p.read(b.place(name)); ok {
			whole, readings = append(whole, name), append(readings, r)
		} else {
			cut = append(cut, name)
		}
	}
	leases, err := b.withTimeLeft(ctx, whole, readings)
	if err != nil {
		return nil, "", err
	}
	more, err := b.leasesOf(ctx, cut)
	return append(leases, more...), p.next(), err
}

func (b *backend) leasesOf(ctx context.Context, resources []string) ([]sdk.Lease, error) {
	var leases []sdk.Lease
	for len(resources) > 0 {
		some := resources[:min(locksRead, len(resources))]
		resources = resources[len(some):]
		read, err := b.someLeases(ctx, some)
		if err != nil {
			return nil, err
		}
		leases = append(leases, read...)
	}
	return leases, nil
}

// someLeases leaves out what is gone by now or is not a lock.
func (b *backend) someLeases(ctx context.Context, resources []string) ([]sdk.Lease, error) {
	places := make([]place, len(resources))
	for i, name := range resources {
		places[i] = b.place(name)
	}
	readings, err := b.readAll(ctx, places...)
	if err != nil {
		return nil, err
	}
	return b.withTimeLeft(ctx, resources, readings)
}

// withTimeLeft asks for each lock how long it still lasts.
func (b *backend) withTimeLeft(ctx context.Context, resources []string, readings []reading) ([]sdk.Lease, error) {
	leases, errs := make([]sdk.Lease, len(readings)), make([]error, len(readings))
	b.eachLock(readings, func(i int, held lock) {
		left, err := b.left(ctx, held.id)
		leases[i], errs[i] = held.lease(resources[i], left), err
	})
	kept := leases[:0]
	for i, lease := range leases {
		switch {
		case errs[i] != nil && !isGone(errs[i]):
			return nil, errs[i]
		case errs[i] == nil && lease.ID != "":
			kept = append(kept, lease)
		}
	}
	return kept, nil
}

// eachLock calls do for each lock, several at the same time.
func (b *backend) eachLock(readings []reading, do func(i int, held lock)) {
	var running sync.WaitGroup
	turns := make(chan struct{}, leasesRead)
	for i, r := range readings {
		if r.lock == (lock{}) { // nobody's, or not a lock
			continue
		}
		turns <- struct{}{}
		running.Go(func() {
			defer func() { <-turns }()
			do(i, r.lock)
		})
	}
	running.Wait()
}
