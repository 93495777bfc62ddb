package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/sdk"
)

const releaseHelp = `Release ends a lease. If the lease is no longer active there is nothing to end:
that is said on stderr, and the exit code is 0, or 3 with --strict.`

func newRelease(g *globals) *cobra.Command {
	var strict bool
	cmd := &cobra.Command{
		Use:     "release RESOURCE LEASE_ID",
		Short:   "End a lease",
		Long:    releaseHelp,
		Example: `  stormlock release prod-db 5f0b4cbd3a2e4d0f9a7f2f8e6f1f6c57`,
		Args:    takes("RESOURCE", "LEASE_ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return g.withLease(cmd.Context(), args, func(ctx context.Context, s *session, lease sdk.Lease) error {
				return s.release(ctx, lease, strict)
			})
		},
	}
	cmd.Flags().BoolVar(&strict, "strict", false, "exit with 3 if the lease is no longer active")
	return cmd
}

func (s *session) release(ctx context.Context, lease sdk.Lease, strict bool) error {
	settle(unknownRepeat("released", lease, errInterrupted))
	err := s.backend.Release(ctx, lease)
	switch {
	case err == nil:
		return nil
	case !errors.Is(err, sdk.ErrNotHeld):
		return unknownRepeat("released", lease, err)
	}
	text := fmt.Sprintf("lease %s of resource %q is not active (any more)", lease.ID, lease.Resource)
	if strict {
		return &exitError{exitLost, text}
	}
	note("warning: " + text + "; nothing to release")
	return nil
}

// withLease runs do for the arguments RESOURCE LEASE_ID, which are checked
// before anything else happens.
func (g *globals) withLease(ctx context.Context, args []string, do func(context.Context, *session, sdk.Lease) error) error {
	lease := sdk.Lease{Resource: args[0], ID: args[1]}
	if err := sdk.ValidateRelease(lease); err != nil {
		return err
	}
	return g.with(ctx, lease.Resource, func(ctx context.Context, s *session) error {
		return do(ctx, s, lease)
	})
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
