// Package conformance holds the checks that every stormlock backend must pass.
//
// The author of a backend runs them all from one test:
//
//	func TestConformance(t *testing.T) {
//		conformance.Run(t, conformance.Store{
//			Open: func(ctx context.Context) (sdk.Backend, error) {
//				return redis.Open(ctx, redis.Config{URL: url})
//			},
//		})
//	}
//
// Each call of Open must give a new instance on the same store, as if it were
// another process on another machine. Use a real store: what these checks find
// in practice are faults in how a backend understands its store.
//
// The checks do not need package testing. A program can take them from
// [Checks] and run them against a store of its own choosing.
//
// To add one, put a rule into the table of the file that it belongs to, and a
// backend that breaks it into the package's own test: a check that cannot fail
// is not a check.
package conformance

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// A Store is what the checks are run against.
type Store struct {
	// Open returns a new instance of the backend, on the same store each time.
	Open func(ctx context.Context) (sdk.Backend, error)

	// Foreign puts something that is not a lock at the place of a resource,
	// and returns a function that tells whether it still lies there as it was
	// put. Whoever provides Foreign removes its data. Nil: the store cannot
	// hold any such thing.
	Foreign func(ctx context.Context, resource string) (unchanged func(ctx context.Context) error, err error)

	// Namespace begins the name of every resource that the checks use, so that
	// they touch no other. It is at most 64 bytes; if empty, each check makes up
	// a random one.
	Namespace string

	// Grace is how long after its end an expired lease may still keep others
	// out. Zero means 2 seconds. A store without a precise clock needs more.
	Grace time.Duration
}

// A Check is one promise of a backend.
type Check struct {
	Name string // in kebab-case
	Why  string // what goes wrong for people if it is broken; one line

	// Run returns an error that says how the promise is broken, or one that
	// matches [ErrNotApplicable]. It releases the locks that it took. The store
	// must have been set up. A call that is not answered within a minute breaks
	// the promise; a check of many calls may take longer than that.
	Run func(ctx context.Context, s *Store) error
}

// ErrNotApplicable says that a check does not apply to a store.
var ErrNotApplicable = errors.New("not applicable")

// Checks returns all checks. They are independent and can run concurrently on
// one store.
func Checks() []Check {
	rules := slices.Concat(exclusion, repeats, naming, renewal, releasing, ids,
		expiry, fences, text, listing, contexts, state)
	checks := make([]Check, len(rules))
	for i, r := range rules {
		checks[i] = Check{r.name, r.why, r.run}
	}
	return checks
}

// Run sets the store up and runs each check as a parallel subtest.
func Run(t *testing.T, s Store) {
	t.Helper()
	setup(t, s)
	for _, check := range Checks() {
		t.Run(check.Name, func(t *testing.T) {
			t.Parallel()
			err := check.Run(t.Context(), &s)
			switch {
			case errors.Is(err, ErrNotApplicable):
				t.Skip(err)
			case err != nil:
				t.Errorf("%v\n%s: %s", err, check.Name, check.Why)
			}
		})
	}
}

func setup(t *testing.T, s Store) {
	t.Helper()
	backend, err := s.Open(t.Context())
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	defer backend.Close()
	if _, err := backend.Setup(t.Context(), false); err != nil {
		t.Fatalf("setup: %v", err)
	}
}
