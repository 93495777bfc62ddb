package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/boottime"
)

const renewHelp = `Renew makes a lease last TTL from now: the one with this id, or without one, that
which "stormlock mine" shows of the resource, if it is the only one. If the lease
is no longer the active one, because it ended or somebody else holds the resource,
the exit code is 3.`

func newRenew(g *globals) *cobra.Command {
	var flag ttlFlag
	cmd := &cobra.Command{
		Use:     "renew [-t TTL] RESOURCE [LEASE_ID]",
		Short:   "Make a lease last longer",
		Long:    renewHelp,
		Example: "  stormlock renew -t 2h prod-db\n  stormlock renew -t 2h prod-db 5f0b4cbd3a2e4d0f9a7f2f8e6f1f6c57",
		Args:    takesLease,
		RunE: func(cmd *cobra.Command, args []string) error {
			return g.withLease(cmd, args, func(ctx context.Context, s *session, lease sdk.Lease) error {
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
	if err := s.link.open(ctx); err != nil {
		return err
	}
	entry := s.changing(lease, "")
	settle(unknownRepeat("renewed", lease, errInterrupted))
	got, sent, err := s.extend(ctx, lease)
	switch {
	case errors.Is(err, sdk.ErrNotHeld):
		entry.remove()
		return s.lost(lease)
	case certain(err):
		entry.putBack()
	}
	if err != nil {
		return unknownRepeat("renewed", lease, err)
	}
	entry.held(got.ID, got.TTL-elapsed(sent))
	noteTTL(lease.TTL, got.TTL)
	if elapsed(sent) >= got.TTL {
		return s.lost(lease)
	}
	return nil
}

// extend renews the lease. It returns when the attempt left that was answered.
func (s *session) extend(ctx context.Context, lease sdk.Lease) (got sdk.Lease, sent boottime.Instant, err error) {
	var q inquiry
	err = q.pursue(ctx, func(ctx context.Context) error {
		return s.link.ask(ctx, func(ctx context.Context, backend sdk.Backend) (err error) {
			sent = boottime.Now()
			got, err = backend.Renew(ctx, lease)
			return err
		})
	})
	return got, sent, err
}

func (s *session) lost(lease sdk.Lease) error {
	return &exitError{exitLost, fmt.Sprintf("lease %s of resource %q is no longer active; see who holds it: %s current %s",
		lease.ID, lease.Resource, s.self, resourceArgument(lease.Resource))}
}
