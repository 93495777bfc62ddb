package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/sdk"
)

const isHeldHelp = `Is-held exits with 0 if the lease is the active one of the resource, and with 1
if it is not. It prints nothing on stdout. If the id is "-" it is read from stdin.`

func newIsHeld(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:     "is-held RESOURCE LEASE_ID",
		Short:   "Check that a lease is active",
		Long:    isHeldHelp,
		Example: `  stormlock is-held prod-db "$id" && ./migrate`,
		Args:    takes("RESOURCE", "LEASE_ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return g.withLease(cmd, args, func(ctx context.Context, s *session, lease sdk.Lease) error {
				return s.isHeld(ctx, lease)
			})
		},
	}
}

func (s *session) isHeld(ctx context.Context, lease sdk.Lease) error {
	now, err := s.now(ctx)
	if err != nil {
		return err
	}
	if !sdk.SameID(now.ID, lease.ID) {
		return &exitError{exitNone, fmt.Sprintf("not by lease %s: %s", lease.ID, heldText(now))}
	}
	return nil
}
