package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/sdk"
)

const renewHelp = `Renew makes a lease last TTL from now. If the lease is no longer the active one,
because it ended or somebody else holds the resource, the exit code is 3.`

func newRenew(g *globals) *cobra.Command {
	var flag ttlFlag
	cmd := &cobra.Command{
		Use:     "renew [-t TTL] RESOURCE LEASE_ID",
		Short:   "Make a lease last longer",
		Long:    renewHelp,
		Example: `  stormlock renew -t 2h prod-db 5f0b4cbd3a2e4d0f9a7f2f8e6f1f6c57`,
		Args:    takes("RESOURCE", "LEASE_ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return g.withLease(cmd.Context(), args, func(ctx context.Context, s *session, lease sdk.Lease) error {
				return s.renew(ctx, lease, flag)
			})
		},
	}
	cmd.Flags().VarP(&flag, "ttl", "t", "how long the lease lasts from now, "+ttlHelp)
	return cmd
}

func (s *session) renew(ctx context.Context, lease sdk.Lease, flag ttlFlag) (err error) {
	if lease.TTL, err = s.ttl(flag); err != nil {
		return err
	}
	settle(unknownRepeat("renewed", lease, errInterrupted))
	sent := time.Now()
	got, err := s.backend.Renew(ctx, lease)
	switch {
	case errors.Is(err, sdk.ErrNotHeld) || err == nil && elapsed(sent) >= got.TTL:
		return &exitError{exitLost, fmt.Sprintf("lease %s of resource %q is no longer active; see who holds it: %s current %s",
			lease.ID, lease.Resource, s.self, resourceArgument(lease.Resource))}
	case err != nil:
		return unknownRepeat("renewed", lease, err)
	}
	noteTTL(lease.TTL, got.TTL)
	return nil
}
