package local

import (
	"bytes"
	"errors"

	bolt "go.etcd.io/bbolt"

	"github.com/stormlock/stormlock/sdk"
)

// A ledger is the file within one transaction, at one moment. Its methods are
// the rules of the lock. None of them can interleave with another's: the
// transaction is the guard, so that reading first and writing then is safe here.
type ledger struct {
	meta    *bolt.Bucket
	leases  *bolt.Bucket // resource -> record
	now     int64        // Unix nanoseconds; see clock.go
	at      moment       // when that is by the machine
	anchor  anchor       // what ties the two together, if anything is remembered
	changed bool         // something was written, which is to be committed
}

// errEnded says that the record at a resource is that of a lease that has
// ended. It does not leave this package: callers are told sdk.ErrNotHeld once
// the record is gone.
var errEnded = errors.New("lease has ended")

// acquire answers a repeat with the lease that it got the first time, as it
// stands: created, TTL and fence are those of the grant.
func (l *ledger) acquire(want sdk.Lease) (sdk.Lease, error) {
	held, err := l.settle(want.Resource)
	switch {
	case errors.Is(err, sdk.ErrNotHeld):
		return l.grant(want)
	case err != nil:
		return sdk.Lease{}, err
	case held.ID != canonical(want.ID):
		return sdk.Lease{}, &sdk.HeldError{Lease: held}
	}
	return held, nil
}

// grant writes a new lease. The fence is one sequence for all resources, so it
// grows for each of them, and it outlives every lease. Created is by the wall
// clock, since it decides nothing: it is for people, who look at that clock too,
// and the ledger's time may be off by what the clock was when the machine started.
func (l *ledger) grant(want sdk.Lease) (sdk.Lease, error) {
	fence, err := l.leases.NextSequence()
	if err != nil {
		return sdk.Lease{}, err
	}
	return l.put(want.Resource, record{
		ID:        canonical(want.ID),
		Principal: want.Principal,
		Reason:    want.Reason,
		Created:   l.at.wall,
		Expires:   l.now + int64(want.TTL),
		Fence:     fence,
	})
}

// renewable returns the record that a renewal is to make last.
var renewable = (*ledger).owned

func (l *ledger) renew(lease sdk.Lease) (sdk.Lease, error) {
	r, err := renewable(l, lease)
	if err != nil {
		return sdk.Lease{}, err
	}
	r.Expires = l.now + int64(lease.TTL)
	return l.put(lease.Resource, r)
}

func (l *ledger) release(lease sdk.Lease) (sdk.Lease, error) {
	if _, err := l.owned(lease); err != nil {
		return sdk.Lease{}, err
	}
	return sdk.Lease{}, l.remove(lease.Resource)
}

// owned returns the current record if the id of lease is its id.
func (l *ledger) owned(lease sdk.Lease) (record, error) {
	if _, err := l.settle(lease.Resource); err != nil {
		return record{}, err
	}
	r, err := l.get(lease.Resource)
	if err == nil && r.ID != canonical(lease.ID) {
		return record{}, sdk.ErrNotHeld
	}
	return r, err
}

// settle is current for a transaction that can write: a lease that has ended
// is removed, for good, before anybody is told that it has.
func (l *ledger) settle(resource string) (sdk.Lease, error) {
	lease, err := l.current(resource)
	if !errors.Is(err, errEnded) {
		return lease, err
	}
	if err := l.remove(resource); err != nil {
		return sdk.Lease{}, err
	}
	return sdk.Lease{}, sdk.ErrNotHeld
}

// current returns the current lease, or sdk.ErrNotHeld, or errEnded.
func (l *ledger) current(resource string) (sdk.Lease, error) {
	r, err := l.get(resource)
	switch {
	case err != nil:
		return sdk.Lease{}, err
	case r.Expires <= l.now:
		return sdk.Lease{}, errEnded
	}
	return r.lease(resource, l.now), nil
}

// A page is what is read before any of it is yielded: so many records, or so
// many bytes and the record with which they are reached.
const (
	pageSize  = 5000
	pageBytes = 4 << 20
)

// list returns the current leases on a page of the records under a prefix, and
// where the next page begins, or "" behind the last. It is a picture for people and decides
// nothing, so it leaves what has ended where it is.
func (l *ledger) list(prefix, from string) (leases []sdk.Lease, next string) {
	under, cursor := []byte(prefix), l.leases.Cursor()
	key, value := cursor.Seek([]byte(from))
	for looked, size := 0, 0; bytes.HasPrefix(key, under) && key != nil; key, value = cursor.Next() {
		if looked == pageSize || size >= pageBytes {
			return leases, string(key)
		}
		looked, size = looked+1, size+len(value)
		if r, ok := decode(value); ok && r.Expires > l.now {
			leases = append(leases, r.lease(string(key), l.now))
		}
	}
	return leases, ""
}

// count is how many leases are current.
func (l *ledger) count() (n int) {
	for from := ""; ; {
		page, next := l.list("", from)
		n += len(page)
		if next == "" {
			return n
		}
		from = next
	}
}

// get returns the record at a resource, ended or not. A bucket at its place has
// no value, but is not nothing.
func (l *ledger) get(resource string) (record, error) {
	key := []byte(resource)
	value := l.leases.Get(key)
	if value == nil && l.leases.Bucket(key) == nil {
		return record{}, sdk.ErrNotHeld
	}
	r, ok := decode(value)
	if !ok {
		return record{}, foreignRecord(l.leases.Tx().DB().Path(), resource)
	}
	return r, nil
}

func (l *ledger) put(resource string, r record) (sdk.Lease, error) {
	data, err := r.encode()
	if err != nil {
		return sdk.Lease{}, err
	}
	l.changed = true
	return r.lease(resource, l.now), l.leases.Put([]byte(resource), data)
}

func (l *ledger) remove(resource string) error {
	l.changed = true
	return l.leases.Delete([]byte(resource))
}
