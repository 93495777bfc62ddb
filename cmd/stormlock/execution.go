package main

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"time"

	"github.com/stormlock/stormlock/internal/escape"
	"github.com/stormlock/stormlock/internal/guarded"
	"github.com/stormlock/stormlock/internal/keep"
	"github.com/stormlock/stormlock/internal/ttl"
	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/boottime"
)

// An execution is a command that runs under a lease.
type execution struct {
	*session
	flags execFlags

	lease sdk.Lease        // as it stood at sent
	sent  boottime.Instant // when it was asked for
	asked time.Duration    // the TTL to ask for
	entry *entry           // in the record

	trouble string // why the lease could not be renewed, as it was told
	hook    *hook  // nil unless it was started
}

// secure gets the lease: a new one, or that which was taken by hand.
func (x *execution) secure(ctx context.Context) error {
	if x.flags.lease != "" {
		return x.timed(ctx, x.adopt)
	}
	want, err := x.wanted(acquireFlags{ttl: x.flags.ttl, reason: x.flags.reason})
	if err != nil {
		return err
	}
	a, err := x.acquireWaiting(ctx, want, x.flags.wait)
	if err != nil {
		return err
	}
	x.lease, x.sent, x.asked, x.entry = a.got, a.sent, want.TTL, a.entry
	return nil
}

// adopt renews the lease that was taken by hand, which proves that it is held.
func (x *execution) adopt(ctx context.Context) (err error) {
	lease := sdk.Lease{Resource: x.Resource, ID: x.flags.lease}
	if lease.TTL, err = x.ttl(x.flags.ttl); err != nil {
		return err
	}
	if err := sdk.ValidateRenew(lease); err != nil {
		return err
	}
	x.asked = lease.TTL
	switch x.lease, x.sent, err = x.renewed(ctx, lease); {
	case exitCode(err) == exitLost:
		return &commandEnd{int(x.flags.conflict), err.Error()}
	case err == nil:
		x.entry = x.noted(lease)
	}
	return err
}

// adopted reports whether the lease is not ours to release.
func (x *execution) adopted() bool { return x.flags.lease != "" }

func (x *execution) span() keep.Lease { return keep.Lease{TTL: x.lease.TTL, Asked: x.sent} }

// run runs the command until it ends or is ended.
func (x *execution) run(ctx context.Context, c guarded.Command) error {
	settle(x.unreleased(errInterrupted))
	if boottime.Now() >= x.span().Terminate() {
		return x.withoutLease(ctx, nil, &keep.LostError{})
	}
	c.Env, c.Terminate, c.Kill = x.environment(), x.span().Terminate(), x.span().Kill()
	c.Warning = fmt.Sprintf("the command under the lock of resource %q", escape.Text(x.Resource))
	p, why, err := x.follow(ctx, c)
	if err != nil {
		_ = x.giveBack(ctx)
		return cannotRun(err)
	}
	return x.after(ctx, p, why)
}

// follow starts the command and renews the lease while it runs. Signals are the
// command's meanwhile.
func (x *execution) follow(ctx context.Context, c guarded.Command) (*guarded.Process, *keep.LostError, error) {
	c.Signals = guarded.Catch()
	defer signal.Stop(c.Signals)
	passedOn.Store(true)
	defer passedOn.Store(false)
	p, err := guarded.Start(c)
	if err != nil {
		return nil, nil, err
	}
	if ctx.Err() != nil {
		p.Terminate() // a signal came before
	}
	k := keep.Keeper{Renew: x.renewOnce, Limits: p.Limits, Trouble: x.inTrouble}
	why, _ := errors.AsType[*keep.LostError](k.Keep(x.span(), p, x.losing))
	return p, why, nil
}

// renewOnce renews the lease.
func (x *execution) renewOnce(ctx context.Context) (keep.Lease, error) {
	var q inquiry
	got, sent, err := x.extend(ctx, &q, sdk.Lease{Resource: x.Resource, ID: x.lease.ID, TTL: x.asked})
	if err != nil {
		return keep.Lease{}, err
	}
	x.lease, x.sent = got, sent
	x.entry.held(got.ID, got.TTL-elapsed(sent))
	if x.trouble != "" {
		x.trouble = ""
		note(fmt.Sprintf("lease %s of resource %q is renewed again", x.lease.ID, x.Resource))
	}
	return x.span(), nil
}

// inTrouble tells that the lease is not renewed, once for each reason.
func (x *execution) inTrouble(err error, left time.Duration) {
	if text := err.Error(); text != x.trouble {
		x.trouble = text
		note(fmt.Sprintf("lease %s of resource %q cannot be renewed: %s; unless that changes the command is asked to end in %s",
			x.lease.ID, x.Resource, text, ttl.Format(left)))
	}
}

// losing tells that the command is about to be ended.
func (x *execution) losing(why *keep.LostError) {
	note(fmt.Sprintf("resource %q: %v; the command is asked to end", x.Resource, why))
	if x.flags.onLost != "" {
		x.hook = startHook(x.flags.onLost, append(x.environment(), "STORMLOCK_LOST="+escape.Text(why.Error())))
	}
}

// after ends what is left when the command has ended. The error has the exit status
// of the whole.
func (x *execution) after(ctx context.Context, p *guarded.Process, why *keep.LostError) error {
	if why != nil {
		return x.withoutLease(ctx, p, why)
	}
	status := p.Status()
	switch {
	case x.adopted():
	case status != 0 && x.flags.keepOnFailure:
		note(fmt.Sprintf("the command ended with %d; resource %q stays locked until %s; to release it, run: %s",
			status, x.Resource, time.Now().Add(x.lease.TTL-elapsed(x.sent)).Format(timeFormat), x.releaseCommand()))
	default:
		settle(x.unreleased(errInterrupted))
		if errors.Is(x.giveBack(ctx), sdk.ErrNotHeld) {
			return &commandEnd{exitLeaseLost, fmt.Sprintf("the command ended with %d, but its lease of resource %q was over by then: another may have held it meanwhile", status, x.Resource)}
		}
	}
	if status == 0 {
		return nil
	}
	return &commandEnd{code: status}
}

// withoutLease tells how a command ended whose lease was lost, or that it was never
// started. The lease is released nevertheless: what was sent to renew it must not
// revive it.
func (x *execution) withoutLease(ctx context.Context, p *guarded.Process, why *keep.LostError) error {
	x.hook.wait(x.time)
	if p == nil || !x.flags.keepOnFailure {
		_ = x.giveBack(ctx)
	}
	text := fmt.Sprintf("resource %q: %v; ", x.Resource, why)
	if p == nil {
		return &commandEnd{exitLeaseLost, text + "the command was not run"}
	}
	_ = x.timed(context.WithoutCancel(ctx), func(ctx context.Context) error {
		text += fmt.Sprintf("the command ended with %d; %s", p.Status(), x.whoNow(ctx, x.lease))
		return nil
	})
	return &commandEnd{exitLeaseLost, text}
}

// giveBack releases the lease. It returns [sdk.ErrNotHeld] if it was over before;
// what else goes wrong it tells.
func (x *execution) giveBack(ctx context.Context) error {
	if x.adopted() {
		return nil
	}
	var doubt bool
	err := x.timed(context.WithoutCancel(ctx), func(ctx context.Context) (err error) {
		doubt, err = x.end(ctx, sdk.Lease{Resource: x.Resource, ID: x.lease.ID}, func(err error) error { return err })
		return err
	})
	switch {
	case err == nil, errors.Is(err, sdk.ErrNotHeld) && doubt: // most likely the request whose answer was lost ended it
		return nil
	case errors.Is(err, sdk.ErrNotHeld):
		return err
	}
	note("warning: " + x.unreleased(err).text)
	return nil
}

func (x *execution) releaseCommand() string {
	return fmt.Sprintf("%s release %s %s", x.self, resourceArgument(x.Resource), x.lease.ID)
}

// unreleased says that the lease may last on.
func (x *execution) unreleased(err error) *exitError {
	return &exitError{exitUnknown, fmt.Sprintf("lease %s of resource %q may not be released: %v; it ends by itself in at most %s; to release it, run: %s",
		x.lease.ID, x.Resource, err, ttl.Format(max(x.lease.TTL-elapsed(x.sent), 0)), x.releaseCommand())}
}
