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
which "stormlock mine" shows of the resource, if only one has not ended. If the lease
is no longer the active one, because it ended or somebody else holds the resource,
the exit code is 3, and it is said who holds the resource now. If the id is "-" it is
read from stdin. With --json it prints the lease.`

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
	got, sent, err := s.renewed(ctx, lease)
	if err != nil {
		return err
	}
	return s.printRenewed(got, sent)
}

// renewed renews a lease and returns it as it stood at sent.
func (s *session) renewed(ctx context.Context, lease sdk.Lease) (got sdk.Lease, sent boottime.Instant, err error) {
	if err := s.permittedTTL(lease.TTL); err != nil {
		return got, sent, err
	}
	if err := s.link.open(ctx); err != nil {
		return got, sent, err
	}
	entry := s.changing(lease, "")
	settle(unknownRepeat("renewed", lease, errInterrupted))
	var q inquiry
	got, sent, err = s.extend(ctx, &q, lease)
	switch {
	case errors.Is(err, sdk.ErrNotHeld) && q.doubt:
		return got, sent, s.voidRenewal(ctx, lease, entry)
	case errors.Is(err, sdk.ErrNotHeld):
		entry.remove()
		return got, sent, s.lost(ctx, lease, "")
	case certain(err):
		entry.putBack()
	}
	if err != nil {
		return got, sent, unknownRepeat("renewed", lease, err)
	}
	entry.held(got.ID, got.TTL-elapsed(sent))
	noteTTL(lease.TTL, got.TTL)
	if elapsed(sent) >= got.TTL {
		err = &exitError{exitLost, fmt.Sprintf("lease %s of resource %q was renewed, but the answer took so long that it may have ended", lease.ID, lease.Resource)}
	}
	return got, sent, err
}

// extend renews the lease. It returns when the attempt left that was answered.
func (s *session) extend(ctx context.Context, q *inquiry, lease sdk.Lease) (got sdk.Lease, sent boottime.Instant, err error) {
	err = q.pursue(ctx, func(ctx context.Context) error {
		return s.link.ask(ctx, func(ctx context.Context, backend sdk.Backend) (err error) {
			sent = boottime.Now()
			got, err = backend.Renew(ctx, lease)
			return err
		})
	})
	return got, sent, err
}

// voidRenewal is for a lease that is over while a request to renew it may still
// be on its way. Not every store can tell that it comes too late (DynamoDB), so
// it is called off: it would revive the lease, and nobody would know.
func (s *session) voidRenewal(ctx context.Context, lease sdk.Lease, entry *entry) error {
	entry.releasing()
	q := inquiry{doubt: true}
	if err := q.pursue(ctx, s.link.releasing(lease)); !answered(err) {
		return s.lost(ctx, lease, fmt.Sprintf(", but a request to renew it that got no answer may yet take effect; to rule that out, run: %s release %s %s",
			s.self, resourceArgument(lease.Resource), lease.ID))
	}
	entry.remove()
	return s.lost(ctx, lease, ", and a request to renew it that got no answer has no effect any more")
}

// lost says that a lease is over, and who holds the resource now.
func (s *session) lost(ctx context.Context, lease sdk.Lease, late string) error {
	told := &exitError{exitLost, fmt.Sprintf("lease %s of resource %q is no longer active%s", lease.ID, lease.Resource, late)}
	settle(told)
	told.text += "; " + s.whoNow(ctx, lease)
	return told
}

// whoNow says who holds the resource of a lease that is over, or that nobody does;
// if that cannot be learnt in the time left, how to ask again.
func (s *session) whoNow(ctx context.Context, over sdk.Lease) string {
	var now sdk.Lease
	_, err := bounded(ctx, func(ctx context.Context) (err error) {
		now, err = s.now(ctx)
		return err
	})
	switch {
	case exitCode(err) == exitNone:
		return err.Error()
	case err == nil && !sdk.SameID(now.ID, over.ID):
		return heldText(now)
	}
	return "see who holds it: " + s.self + " current " + resourceArgument(over.Resource)
}
