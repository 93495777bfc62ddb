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
--strict too. Either way no acquire with this id takes the lock any more.`

func newRelease(g *globals) *cobra.Command {
	var strict bool
	cmd := &cobra.Command{
		Use:     "release RESOURCE [LEASE_ID]",
		Short:   "End a lease",
		Long:    releaseHelp,
		Example: "  stormlock release prod-db\n  stormlock release prod-db 5f0b4cbd3a2e4d0f9a7f2f8e6f1f6c57",
		Args:    takesLease,
		RunE: func(cmd *cobra.Command, args []string) error {
			return g.withLease(cmd, args, func(ctx context.Context, s *session, lease sdk.Lease) error {
				return s.release(ctx, lease, strict)
			})
		},
	}
	cmd.Flags().BoolVar(&strict, "strict", false, "exit with 3 if the lease is no longer active")
	return cmd
}

func (s *session) release(ctx context.Context, lease sdk.Lease, strict bool) error {
	if err := s.link.open(ctx); err != nil {
		return err
	}
	entry := s.changing(lease, leases.Releasing)
	settle(unknownRepeat("released", lease, errInterrupted))
	var q inquiry
	err := q.pursue(ctx, s.releasing(lease))
	switch {
	case answered(err):
		entry.remove()
		return released(lease, err, q.doubt, strict)
	case certain(err):
		entry.putBack()
	}
	return unknownRepeat("released", lease, err)
}

// releasing is an attempt at a release.
func (s *session) releasing(lease sdk.Lease) func(context.Context) error {
	return func(ctx context.Context) error {
		return s.link.ask(ctx, func(ctx context.Context, backend sdk.Backend) error {
			return backend.Release(ctx, lease)
		})
	}
}

// released tells what a definite answer to a release means.
func released(lease sdk.Lease, answer error, doubt, strict bool) error {
	text := fmt.Sprintf("lease %s of resource %q is not active (any more)", lease.ID, lease.Resource)
	switch {
	case answer == nil:
		return nil
	case !errors.Is(answer, sdk.ErrNotHeld):
		return answer
	case doubt:
		note(fmt.Sprintf("lease %s of resource %q is over: released by a request whose answer was lost, or ended before", lease.ID, lease.Resource))
		return nil
	case strict:
		return &exitError{exitLost, text}
	}
	note("warning: " + text + "; nothing to release")
	return nil
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
