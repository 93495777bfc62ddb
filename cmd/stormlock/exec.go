package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/internal/guarded"
)

const execName = "exec"

const execHelp = `Exec takes the lock on a resource, runs a command, renews the lease every third of
its TTL while the command runs, and releases it afterwards. stdin, stdout, stderr
and the terminal are the command's, signals are passed on to it, and its exit
status is that of exec (128 and the signal's number if a signal killed it). Its
environment has STORMLOCK_RESOURCE, STORMLOCK_LEASE_ID and STORMLOCK_FENCE.

If the lease can no longer be counted on, the command and all others of its process
group get SIGTERM while at least a sixth of the TTL is left, and SIGKILL before the
lease ends; if the store says that the lease is gone, at once. A command that goes
on without its lock is what this is to prevent: so it is killed too if stormlock
itself is killed, and does not outlast its lease if stormlock is stopped. What the
command leaves running in the background when it ends by itself is not under the
lock any more. A command that changes its user (sudo) cannot be ended: run
"sudo stormlock exec" instead.

Exit codes:
  123  the lock was not acquired, another holds it (-E sets another code)
  124  the lease was lost and the command was ended, or ran without it at the end
  125  stormlock itself failed; the command was not run
  126  the command cannot be executed
  127  the command was not found
Any other is the command's.`

const execExample = `  stormlock exec -t 10m -m "upgrade to 17" prod-db -- ./upgrade.sh --all
  stormlock exec --wait 1h -t 5m nightly -- make backup
  stormlock exec --lease "$id" prod-db -- psql -f step2.sql`

type execFlags struct {
	ttl           ttlFlag
	reason        string
	wait          waitFlag
	lease         string // to run under, taken by hand
	conflict      exitStatus
	onLost        string
	keepOnFailure bool
}

func newExec(g *globals) *cobra.Command {
	f := execFlags{conflict: exitNotAcquired}
	cmd := &cobra.Command{
		Use:     execName + " [-t TTL] [-m REASON] [--wait DURATION] RESOURCE -- COMMAND [ARGUMENT...]",
		Short:   "Run a command under a lock",
		Long:    execHelp,
		Example: execExample,
		Args:    takesCommand,

		DisableFlagsInUseLine: true, // they do not come last
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if f.lease != "" && f.wait.given() {
				return usage("--wait is for a lock that is taken here; with --lease it is held already")
			}
			path, err := guarded.Look(args[1])
			if err != nil {
				return cannotRun(err)
			}
			if f.lease, err = g.leaseID(cmd.Context(), f.lease); err != nil {
				return err
			}
			return g.withSteps(cmd.Context(), args[0], func(ctx context.Context, s *session) error {
				return s.exec(ctx, f, guarded.Command{Path: path, Args: args[1:]})
			})
		},
	}
	flags := cmd.Flags()
	flags.VarP(&f.ttl, "ttl", "t", "how long the lock outlasts stormlock at the most, "+ttlHelp)
	flags.StringVarP(&f.reason, "reason", "m", "", "why, for others to read")
	f.wait.addTo(cmd)
	flags.StringVar(&f.lease, "lease", "", "run under the lease with this `ID`, which was taken before, and leave it held; \"-\" reads it from stdin")
	flags.VarP(&f.conflict, "conflict-exit-code", "E", "exit `CODE` if the lock is not acquired")
	flags.StringVar(&f.onLost, "on-lost", "", "shell `COMMAND` to run when the lease is lost, while the command is ended")
	flags.BoolVar(&f.keepOnFailure, "keep-on-failure", false, "keep the lock if the command fails, for a change that is half done")
	return cmd
}

// takesCommand checks the arguments RESOURCE -- COMMAND. Without the "--" a flag of
// the command could be taken for one of ours.
func takesCommand(cmd *cobra.Command, args []string) error {
	switch dash := cmd.ArgsLenAtDash(); {
	case len(args) == 0 || dash == 0:
		return usage("RESOURCE is missing; use: " + cmd.UseLine())
	case dash < 0:
		return usage(`put "--" before the command; use: ` + cmd.UseLine())
	case dash > 1:
		return usage(fmt.Sprintf("unexpected argument %q before \"--\"; use: %s", args[1], cmd.UseLine()))
	case len(args) == dash:
		return usage("COMMAND is missing; use: " + cmd.UseLine())
	}
	return nil
}

// cannotRun is about a command that does not exist or cannot be executed.
func cannotRun(err error) error {
	if errors.Is(err, guarded.ErrNotFound) {
		return &commandEnd{exitNotFound, err.Error()}
	}
	if errors.Is(err, guarded.ErrNotExecutable) {
		return &commandEnd{exitNotExecutable, err.Error()}
	}
	return err
}

// exec runs a command under a lease.
func (s *session) exec(ctx context.Context, f execFlags, c guarded.Command) error {
	x := &execution{session: s, flags: f}
	if err := x.secure(ctx); err != nil {
		return notAcquired(err, int(f.conflict))
	}
	return x.run(ctx, c)
}

// notAcquired is the error of exec if another holds the lock.
func notAcquired(err error, code int) error {
	if exitCode(err) == exitHeld {
		return &commandEnd{code, err.Error()}
	}
	return err
}

// environment is the command's: ours, and what it may want to know of its lease.
func (x *execution) environment() []string {
	env := append(os.Environ(), "STORMLOCK_RESOURCE="+x.Resource, "STORMLOCK_LEASE_ID="+x.lease.ID)
	if x.lease.Fence != 0 {
		env = append(env, fmt.Sprintf("STORMLOCK_FENCE=%d", x.lease.Fence))
	}
	return env
}
