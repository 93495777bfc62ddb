package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/stormlock/stormlock/internal/ttl"
	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/plugin"
)

// verbose is the flag -v: whether to tell on stderr what is being asked of whom. It
// changes nothing of what is asked. (A variable, as it is of the whole process, like
// stderr.)
var verbose bool

// say tells something that only interests who gave -v.
func say(format string, args ...any) {
	if verbose {
		note(fmt.Sprintf(format, args...))
	}
}

// short is a duration that is precise enough to be read.
func short(d time.Duration) time.Duration {
	if d < 10*time.Millisecond {
		return d.Round(10 * time.Microsecond)
	}
	return d.Round(time.Millisecond)
}

func since(begin time.Time) time.Duration { return short(time.Since(begin)) }

func timeLeft(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return 0
	}
	return max(0, short(time.Until(deadline)))
}

func pinText(pin string) string {
	if pin == "" {
		return ""
	}
	return " (pinned)"
}

// telling returns a backend of which each request and answer is told, if -v was given.
// Lease ids are not: that of another's lease could be used to release it.
func telling(name string, b peer) peer {
	if !verbose {
		return b
	}
	return &teller{b, name}
}

// A teller tells what is asked of a backend.
type teller struct {
	peer
	name string
}

// ask tells of a request, and returns what is to tell of its answer.
func (t *teller) ask(ctx context.Context, format string, args ...any) (answered func(answer string, err error)) {
	request := fmt.Sprintf(format, args...)
	say("asking backend %s to %s, within %s", t.name, request, timeLeft(ctx))
	begin := time.Now()
	return func(answer string, err error) {
		if err != nil {
			answer = faultText(err)
		}
		say("backend %s answered after %s: %s", t.name, since(begin), answer)
	}
}

// faultText is what an answer that is an error says.
func faultText(err error) string {
	if held, ok := errors.AsType[*sdk.HeldError](err); ok {
		return heldText(held.Lease)
	}
	if errors.Is(err, sdk.ErrNotHeld) {
		return "not held"
	}
	return err.Error()
}

func (t *teller) Acquire(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
	answered := t.ask(ctx, "acquire resource %q for %s as %s", want.Resource, ttl.Format(want.TTL), want.Principal)
	got, err := t.peer.Acquire(ctx, want)
	answered("granted for "+ttl.Format(got.TTL), err)
	return got, err
}

func (t *teller) Renew(ctx context.Context, lease sdk.Lease) (sdk.Lease, error) {
	answered := t.ask(ctx, "renew the lease of resource %q for %s", lease.Resource, ttl.Format(lease.TTL))
	got, err := t.peer.Renew(ctx, lease)
	answered("renewed for "+ttl.Format(got.TTL), err)
	return got, err
}

func (t *teller) Release(ctx context.Context, lease sdk.Lease) error {
	answered := t.ask(ctx, "release the lease of resource %q", lease.Resource)
	err := t.peer.Release(ctx, lease)
	answered("released", err)
	return err
}

func (t *teller) Current(ctx context.Context, resource string) (sdk.Lease, error) {
	answered := t.ask(ctx, "tell who holds resource %q", resource)
	lease, err := t.peer.Current(ctx, resource)
	answered(heldText(lease), err)
	return lease, err
}

func (t *teller) List(ctx context.Context, prefix string) iter.Seq2[sdk.Lease, error] {
	return func(yield func(sdk.Lease, error) bool) {
		answered := t.ask(ctx, "list the leases of resources that begin with %q", prefix)
		n, fault := 0, error(nil)
		defer func() { answered(fmt.Sprintf("%d leases", n), fault) }()
		for lease, err := range t.peer.List(ctx, prefix) {
			if fault = err; err == nil {
				n++
			}
			if !yield(lease, err) {
				return
			}
		}
	}
}

func (t *teller) Setup(ctx context.Context, dryRun bool) ([]string, error) {
	what := "create or migrate what its store needs"
	if dryRun {
		what = "tell what its store lacks"
	}
	answered := t.ask(ctx, "%s", what)
	statements, err := t.peer.Setup(ctx, dryRun)
	answered(fmt.Sprintf("%d statements", len(statements)), err)
	return statements, err
}

func (t *teller) Describe(ctx context.Context) (plugin.Description, error) {
	answered := t.ask(ctx, "describe itself")
	about, err := t.peer.Describe(ctx)
	answered(about.Name+" "+about.Version, err)
	return about, err
}

func (t *teller) Check(ctx context.Context) ([]sdk.Finding, error) {
	answered := t.ask(ctx, "look at the settings of its store")
	findings, err := t.peer.Check(ctx)
	answered(fmt.Sprintf("%d findings", len(findings)), err)
	return findings, err
}
