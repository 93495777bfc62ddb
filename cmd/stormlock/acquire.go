package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/sdk"
)

const acquireHelp = `Acquire takes the lock on a resource and prints the lease id, which later renews
or releases it. If another holds the lock, it says who, why and for how long
still, and exits with 2.

With --wait it waits until the lock is free, for so long, or "forever". It asks
every few seconds, sooner when the other lease is about to end, and a last time
when the time is over: if another holds the lock still, it exits with 2. There is
no queue: of those who wait, whoever asks first after the lock became free has it.
Ctrl-C ends it at once and leaves nothing. --timeout bounds each request then.

If an answer is lost, it asks again with the same lease id, until the answer is
definite or --timeout is over. If it still cannot tell then whether the lock was
taken (exit 75), repeating it with --lease-id and the id that it printed on
stderr settles that, and "stormlock release" gives it up. "stormlock mine" shows
the id again. With --json it prints the whole lease.`

type acquireFlags struct {
	ttl     ttlFlag
	reason  string
	leaseID string
	wait    waitFlag
}

func newAcquire(g *globals) *cobra.Command {
	var f acquireFlags
	cmd := &cobra.Command{
		Use:   "acquire [-t TTL] [-m REASON] [--wait DURATION] RESOURCE",
		Short: "Take a lock and print its lease id",
		Long:  acquireHelp,
		Example: `  stormlock acquire -t 2h -m "upgrade to 17" prod-db
  stormlock acquire --wait 30m -m "upgrade to 17" prod-db
  id=$(stormlock acquire --wait forever prod-db)`,
		Args: takes("RESOURCE"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if f.wait.given() && f.leaseID != "" {
				return usage("--lease-id settles an acquire that was sent, and --wait begins with new ones; give one of them")
			}
			if f.leaseID, err = g.leaseID(cmd.Context(), f.leaseID); err != nil {
				return err
			}
			with := g.with
			if f.wait.given() {
				with = g.withSteps
			}
			return with(cmd.Context(), args[0], func(ctx context.Context, s *session) error {
				return s.acquire(ctx, f)
			})
		},
	}
	cmd.Flags().VarP(&f.ttl, "ttl", "t", "how long the lock lasts unless renewed, "+ttlHelp)
	cmd.Flags().StringVarP(&f.reason, "reason", "m", "", "why, for others to read")
	f.wait.addTo(cmd)
	cmd.Flags().StringVar(&f.leaseID, "lease-id", "", "repeat an acquire whose outcome is unknown; \"-\" reads the id from stdin")
	return cmd
}

func (s *session) acquire(ctx context.Context, f acquireFlags) error {
	want, err := s.wanted(f)
	if err != nil {
		return err
	}
	a := &acquisition{session: s, want: want, repeat: f.leaseID != ""}
	if f.wait.given() {
		a, err = s.acquireWaiting(ctx, want, f.wait)
	} else {
		err = a.take(ctx)
	}
	if err != nil {
		return err
	}
	return a.report()
}

// wanted is the lease to ask for. The id is chosen here, before any I/O, so
// that a lost answer can be settled.
func (s *session) wanted(f acquireFlags) (sdk.Lease, error) {
	id := f.leaseID
	if id == "" {
		id = sdk.NewID()
	}
	asked, err := s.ttl(f.ttl)
	if err != nil {
		return sdk.Lease{}, err
	}
	want := sdk.Lease{Resource: s.Resource, ID: id, Principal: s.Principal, Reason: f.reason, TTL: asked}
	if err := sdk.ValidateAcquire(want); err != nil {
		return sdk.Lease{}, err
	}
	return want, s.permitted(want)
}

// ttl is the flag's, else the configuration's.
func (s *session) ttl(flag ttlFlag) (time.Duration, error) {
	switch {
	case flag.duration != 0:
		return flag.duration, nil
	case s.TTL != 0:
		return s.TTL, nil
	}
	return 0, usage(fmt.Sprintf("no TTL: give -t, or set ttl in section [default] of %s", s.File))
}
