package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/internal/leases"
	"github.com/stormlock/stormlock/sdk"
)

const releaseHelp = `Release ends a lease: the one with this id, or without one, that which "stormlock
mine" shows of the resource, if only one has not ended. "-" reads the id from stdin,
where no list of processes shows it.

If the lease is no longer active there is nothing to end: that is said on stderr,
and the exit code is 0, or 3 with --strict. If an answer was lost and a repeat
finds the lease gone, most likely the first request ended it: that is exit 0, with
--strict too. Either way no acquire with this id takes the lock any more.

With --all it releases every lease that "stormlock mine" lists, each by the
configuration file that it was taken with, and settles those whose outcome is
unknown. It does not ask. Each that is over is a line on stdout: resource, outcome,
backend, lease id and file, separated by tabs. It goes on after a failure, tells each
on stderr, and exits with 75 if an outcome is unknown, else as the first failure
says.`

func newRelease(g *globals) *cobra.Command {
	var strict, all bool
	cmd := &cobra.Command{
		Use:     "release RESOURCE [LEASE_ID]",
		Short:   "End a lease",
		Long:    releaseHelp,
		Example: "  stormlock release prod-db\n  stormlock release prod-db 5f0b4cbd3a2e4d0f9a7f2f8e6f1f6c57\n  stormlock release --all",
		Args:    takesLeaseOrAll(&all),
		RunE: func(cmd *cobra.Command, args []string) error {
			if all {
				return g.releaseAll(cmd.Context(), strict)
			}
			return g.withLease(cmd, args, func(ctx context.Context, s *session, lease sdk.Lease) error {
				_, err := s.release(ctx, lease, strict)
				return err
			})
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "release every lease on record")
	cmd.Flags().BoolVar(&strict, "strict", false, "exit with 3 if the lease is no longer active")
	return cmd
}

// An ended is how a lease is over.
type ended string

const (
	endedNow    ended = "released"
	endedBefore ended = "not active"               // it was no longer there
	endedEither ended = "released, or over before" // the first answer was lost
)

func (s *session) release(ctx context.Context, lease sdk.Lease, strict bool) (ended, error) {
	doubt, err := s.end(ctx, lease, func(err error) error { return unknownRepeat("released", lease, err) })
	if !errors.Is(err, sdk.ErrNotHeld) {
		return endedNow, err
	}
	return s.endedAlready(ctx, lease, doubt, strict)
}

// end ends a lease, and its note. Without an answer the error is what unknown makes
// of the reason. If there was doubt, and the lease is not held, an earlier attempt
// may have ended it.
func (s *session) end(ctx context.Context, lease sdk.Lease, unknown func(error) error) (doubt bool, err error) {
	if err := s.link.open(ctx); err != nil {
		return false, err
	}
	entry := s.changing(lease, leases.Releasing)
	settle(unknown(errInterrupted))
	var q inquiry
	err = q.pursue(ctx, s.link.releasing(lease))
	switch {
	case answered(err):
		entry.remove()
	case certain(err):
		entry.putBack()
	default:
		err = unknown(err)
	}
	return q.doubt, err
}

// endedAlready is for a release that found nothing to end.
func (s *session) endedAlready(ctx context.Context, lease sdk.Lease, doubt, strict bool) (ended, error) {
	if doubt {
		note(fmt.Sprintf("lease %s of resource %q is over: released by a request whose answer was lost, or ended before", lease.ID, lease.Resource))
		return endedEither, nil
	}
	told := &exitError{exitDone, fmt.Sprintf("lease %s of resource %q is not active (any more)", lease.ID, lease.Resource)}
	if strict {
		told.code = exitLost
	} else {
		told.text = "warning: " + told.text + "; nothing to release"
	}
	settle(told)
	told.text += "; " + s.whoNow(ctx, lease)
	if strict {
		return endedBefore, told
	}
	note(told.text)
	return endedBefore, nil
}

// unknownRepeat says that a renew or release may or may not have happened. To
// repeat it is safe.
func unknownRepeat(done string, lease sdk.Lease, err error) error {
	if certain(err) {
		return err
	}
	return &exitError{exitUnknown, fmt.Sprintf(
		"outcome unknown: lease %s of resource %q may or may not be %s: %v; repeat the command to settle it",
		lease.ID, lease.Resource, done, err)}
}
