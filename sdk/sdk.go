// Package sdk is what a stormlock backend is written against.
//
// A backend stores leases in one kind of store. It answers questions about
// them and never acts by itself: it does not wait, retry, renew or keep a
// goroutine; stormlock drives every step. What makes it safe is that each
// method is one atomic operation of the store, guarded there by the owner, the
// expiry and the caller's deadline, with the store's clock and never the
// clock of the machine that runs the backend.
//
// An author implements [Backend], describes its configuration as a struct, and
// hands both to the Serve function of package
// github.com/stormlock/stormlock/sdk/plugin. Package conformance, beside it,
// holds the checks that every backend must pass.
package sdk

import (
	"context"
	"iter"
	"time"
)

// A Lease is one grant of a resource to a principal for a limited time.
//
// It is the argument and the result of every call. As an argument of Renew
// and Release only Resource, ID and, for Renew, TTL are meaningful.
type Lease struct {
	Resource  string
	ID        string        // proof of this grant; chosen by the caller, unguessable
	Principal string        // who holds it, for people to read
	Reason    string        // why, for people to read; may be empty
	Created   time.Time     // by the store's clock
	TTL       time.Duration // asked for, or what is left of it
	Fence     uint64        // grows with every grant of the resource; 0 if the store has none for this lease
}

// A Backend stores leases. Methods must be safe for concurrent use.
//
// Arguments have passed [ValidateAcquire], [ValidateRenew], [ValidateRelease]
// or [ValidateResource] before a method is called; a backend need not repeat
// that. Every method returns within a second of the end of its context.
//
// An error that is none of those of this package is a fault after which the
// state of the lock is unknown. A backend that knows better says so with
// [ErrUnavailable], [ErrRefused], [ErrConfig] or [ErrNotSetUp], each of which
// promises that nothing was written.
type Backend interface {
	// Acquire grants want.Resource to want.Principal for want.TTL if nobody
	// holds it, and returns the lease as stored. If the current lease has the
	// id want.ID already, it is returned as it stands: repeating an acquire is
	// how a caller settles a lost reply. If another lease is current, the
	// error is a [*HeldError] that names it.
	//
	// A request may reach the store late, or twice. It must not take the lock
	// after the deadline of ctx as far as the store has a clock to tell, nor
	// once that lease was granted and released, nor once Release has answered
	// for that id.
	Acquire(ctx context.Context, want Lease) (Lease, error)

	// Renew makes the current lease end lease.TTL from now, and returns it. If
	// lease.ID is not the id of the current lease, the error is [ErrNotHeld].
	// A store that cannot change a TTL returns the one that applies.
	Renew(ctx context.Context, lease Lease) (Lease, error)

	// Release ends the current lease. If lease.ID is not its id, no lease
	// changes and the error is [ErrNotHeld].
	//
	// Either answer is final: no request of an Acquire with that id that left
	// before takes the lock any more. That is how a caller gives up an acquire
	// whose outcome it was not told. So a Release that finds another lease, or
	// none, still has to make such requests void, as by counting up what
	// every acquire compares in its atomic step.
	Release(ctx context.Context, lease Lease) error

	// Current returns the current lease of a resource, TTL being what is left
	// of it, or [ErrNotHeld].
	Current(ctx context.Context, resource string) (Lease, error)

	// List yields the current leases whose resource begins with prefix, in no
	// particular order, and stops after the first error. Foreign data is
	// passed over.
	List(ctx context.Context, prefix string) iter.Seq2[Lease, error]

	// Setup creates or migrates what the store needs, and returns the
	// statements that it carried out, in the store's own language, one line
	// each: none if nothing was missing. With dryRun it changes nothing and
	// returns what it would carry out. It can be repeated, also after an
	// error; the statements that come with an error were carried out before it.
	Setup(ctx context.Context, dryRun bool) (statements []string, err error)

	// Check looks at the settings of the store, and the rights there, that can
	// lose a lock or keep one from being taken, and at its version and clock. It
	// changes nothing and takes no lock. What it may not look at is a finding
	// too; the error is for a store that cannot be asked, and is one of those
	// that promise that nothing was written. Findings may come with an error.
	Check(ctx context.Context) ([]Finding, error)

	// Close frees the backend's connections. Leases stay.
	Close() error
}
