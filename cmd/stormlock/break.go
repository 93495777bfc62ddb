package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/sdk"
)

const breakHelp = `Break ends a lease that somebody else holds, as that of a colleague who has gone
home. It shows who holds the resource, why, since when and for how long still, and
asks for the resource's name and for a reason. In a script, where nobody can be
asked, it takes --lease ID --yes -m REASON; ID is what "stormlock current --id-only"
shows. "-" reads it from stdin.

Exactly the lease that was shown, or that --lease names, is released. If the holder
has changed meanwhile, nothing happens and the exit code is 3; if nobody holds the
resource, it is 1. Any answer but the resource's name, Ctrl-C and the end of the
input leave all as it is: 69. The old holder is not told before the next renew or
release, which says that the lease is gone and who holds the resource now; what to
tell them is on stderr.

With --take the lock is taken for you as soon as it is broken, and the new lease id
printed. If somebody else was faster the exit code is 2; if it could not be taken for
another reason, 1: nobody may hold it then.`

type breakFlags struct {
	leaseID string
	yes     bool
	reason  string
	take    bool
	ttl     ttlFlag
}

func newBreak(g *globals) *cobra.Command {
	var f breakFlags
	cmd := &cobra.Command{
		Use:   "break [--lease ID --yes] [-m REASON] [--take [-t TTL]] RESOURCE",
		Short: "End somebody else's lease",
		Long:  breakHelp,
		Example: `  stormlock break prod-db
  stormlock break --take -t 1h -m "ana is ill, her upgrade is done" prod-db`,
		Args: takes("RESOURCE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(g.self(), args[0]); err != nil {
				return err
			}
			return g.breakLease(cmd.Context(), args[0], f)
		},
	}
	cmd.Flags().StringVar(&f.leaseID, "lease", "", "break this lease only; \"-\" reads the `ID` from stdin")
	cmd.Flags().BoolVar(&f.yes, "yes", false, "do not ask for the resource's name")
	cmd.Flags().StringVarP(&f.reason, "reason", "m", "", "why it has to be broken")
	cmd.Flags().BoolVar(&f.take, "take", false, "take the lock afterwards")
	cmd.Flags().VarP(&f.ttl, "ttl", "t", "with --take: how long the lock lasts unless renewed, "+ttlHelp)
	return cmd
}

// check refuses flags that make no sense together, or that leave something to be
// asked where nobody can be.
func (f breakFlags) check(self, resource string) error {
	switch {
	case f.yes && f.leaseID == "":
		return usage("--yes is for the lease that --lease names: " + unasked(self, resource))
	case f.ttl.duration != 0 && !f.take:
		return usage("-t is how long the lock is taken for; add --take")
	case (!f.yes || f.unexplained()) && !canAsk():
		return usage("there is no terminal to ask on: " + unasked(self, resource))
	}
	return nil
}

func (f breakFlags) unexplained() bool { return strings.TrimSpace(f.reason) == "" }

// unasked is how to break a lease without being asked.
func unasked(self, resource string) string {
	argument := resourceArgument(resource)
	return fmt.Sprintf("give --lease ID --yes -m REASON; the ID is what this shows: %s current --id-only %s", self, argument)
}

func (g *globals) breakLease(ctx context.Context, resource string, f breakFlags) (err error) {
	if f.leaseID != "" {
		if f.leaseID, err = g.leaseID(ctx, f.leaseID); err != nil {
			return err
		}
		if err := sdk.ValidateRelease(sdk.Lease{Resource: resource, ID: f.leaseID}); err != nil {
			return err
		}
	}
	return g.withSteps(ctx, resource, func(ctx context.Context, s *session) error {
		b := &breaking{session: s, flags: f}
		return b.run(ctx)
	})
}
