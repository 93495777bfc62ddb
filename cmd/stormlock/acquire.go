package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/internal/ttl"
	"github.com/stormlock/stormlock/sdk"
)

// errInterrupted stands for an answer that nobody waited for.
var errInterrupted = errors.New("interrupted twice")

// rollBackTime bounds the attempt to give back what an interrupted acquire may
// have taken.
const rollBackTime = 2 * time.Second

const acquireHelp = `Acquire takes the lock on a resource and prints the lease id, which later renews
or releases it. If another holds the lock, it says who, why and for how long
still, and exits with 2.

If it cannot tell whether the lock was taken (exit 75), repeating it with
--lease-id and the id that it printed on stderr settles that: the same lease is
returned if it is there.`

type acquireFlags struct {
	ttl     ttlFlag
	reason  string
	leaseID string
}

func newAcquire(g *globals) *cobra.Command {
	var f acquireFlags
	cmd := &cobra.Command{
		Use:     "acquire [-t TTL] [-m REASON] RESOURCE",
		Short:   "Take a lock and print its lease id",
		Long:    acquireHelp,
		Example: `  stormlock acquire -t 2h -m "upgrade to 17" prod-db`,
		Args:    takes("RESOURCE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return g.with(cmd.Context(), args[0], func(ctx context.Context, s *session) error {
				return g.acquire(ctx, s, f)
			})
		},
	}
	cmd.Flags().VarP(&f.ttl, "ttl", "t", "how long the lock lasts unless renewed, "+ttlHelp)
	cmd.Flags().StringVarP(&f.reason, "reason", "m", "", "why, for others to read")
	cmd.Flags().StringVar(&f.leaseID, "lease-id", "", "repeat an acquire whose outcome is unknown")
	return cmd
}

func (g *globals) acquire(ctx context.Context, s *session, f acquireFlags) error {
	want, err := s.wanted(f)
	if err != nil {
		return err
	}
	settle(g.unknownAcquire(want, errInterrupted))
	sent := time.Now()
	got, err := s.backend.Acquire(ctx, want)
	if held, ok := errors.AsType[*sdk.HeldError](err); ok {
		return &exitError{exitHeld, heldText(held.Lease)}
	}
	if err != nil {
		return g.notAcquired(ctx, s, want, f.leaseID == "", err)
	}
	if elapsed(sent) >= got.TTL {
		return &exitError{exitLost, fmt.Sprintf("resource %q was acquired, but the answer took so long that lease %s may have ended", want.Resource, got.ID)}
	}
	noteTTL(want.TTL, got.TTL)
	if _, err := fmt.Fprintln(os.Stdout, got.ID); err != nil {
		return &exitError{exitInternal, fmt.Sprintf("resource %q is acquired, but printing the lease id failed: %v; the lease id is %s", want.Resource, err, got.ID)}
	}
	return nil
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
	return want, sdk.ValidateAcquire(want)
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

// notAcquired says what is known after an acquire that was neither granted nor
// refused. A fresh lease is rolled back after an interrupt; one that may have
// been there before is not ours to end.
func (g *globals) notAcquired(ctx context.Context, s *session, want sdk.Lease, fresh bool, err error) error {
	if certain(err) {
		return err
	}
	if fresh && errors.Is(ctx.Err(), context.Canceled) && s.rollBack(ctx, want) {
		return sdk.Unavailable("interrupted; resource %q had been acquired and was released again", want.Resource)
	}
	return g.unknownAcquire(want, err)
}

// rollBack releases what an interrupted acquire took. It reports whether that
// is certain: "not held" is not, for the request may still be on its way.
func (s *session) rollBack(ctx context.Context, want sdk.Lease) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollBackTime)
	defer cancel()
	return s.backend.Release(ctx, want) == nil
}

func (g *globals) unknownAcquire(want sdk.Lease, err error) *exitError {
	repeat := fmt.Sprintf("acquire --lease-id %s -t %s", want.ID, ttl.Format(want.TTL))
	if want.Reason != "" {
		repeat += " -m " + shellQuote(want.Reason)
	}
	resource := resourceArgument(want.Resource)
	return &exitError{exitUnknown, fmt.Sprintf(
		"outcome unknown: resource %q may or may not be acquired with lease id %s: %v; to settle it, run: %s %s %s; or give it up: %s release %s %s",
		want.Resource, want.ID, err, g.self(), repeat, resource, g.self(), resource, want.ID)}
}
