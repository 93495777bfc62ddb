package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/stormlock/stormlock/internal/ttl"
	"github.com/stormlock/stormlock/sdk"
)

// A breaking is the end of a lease that somebody else may hold. What is asked of the
// store is bounded by --timeout, and not how long a person thinks.
type breaking struct {
	*session
	flags breakFlags
	lease sdk.Lease // the one that was shown
}

func (b *breaking) run(ctx context.Context) error {
	for _, stage := range []func(context.Context) error{b.check, b.look, b.confirm, b.check, b.release, b.take} {
		if err := stage(ctx); err != nil {
			return err
		}
	}
	return nil
}

// check refuses what --take could not ask for afterwards: first as far as it is known
// without the reason, and again before anything is changed.
func (b *breaking) check(context.Context) error {
	if !b.flags.take {
		return nil
	}
	request := b.request()
	if b.flags.unexplained() {
		request.reason = "asked for later"
	}
	_, err := b.wanted(request)
	return err
}

// request is what --take asks for.
func (b *breaking) request() acquireFlags {
	return acquireFlags{ttl: b.flags.ttl, reason: b.flags.reason}
}

// look finds the lease to break.
func (b *breaking) look(ctx context.Context) error {
	return b.timed(ctx, func(ctx context.Context) (err error) {
		if b.lease, err = b.now(ctx); err != nil {
			return err
		}
		if id := b.flags.leaseID; id != "" && !sdk.SameID(b.lease.ID, id) {
			return &exitError{exitLost, fmt.Sprintf("nothing was broken: lease %s is not the current one; %s", id, heldText(b.lease))}
		}
		return nil
	})
}

// confirm asks what the flags leave open. Nobody knows how long that takes, and the
// store may not wait: the plugin is stopped meanwhile.
func (b *breaking) confirm(ctx context.Context) error {
	if b.flags.yes && !b.flags.unexplained() {
		return nil
	}
	b.link.close(ctx, true)
	b.show()
	questions := newQuestions()
	if !b.flags.yes {
		if err := b.askName(ctx, questions); err != nil {
			return err
		}
	}
	return b.askReason(ctx, questions)
}

// show tells whose lease it is about.
func (b *breaking) show() {
	note(heldText(b.lease))
	if age := time.Since(b.lease.Created); !b.lease.Created.IsZero() && age > 0 {
		note(fmt.Sprintf("that lease is %s old", ttl.Format(age)))
	}
}

// askName compares the very characters. All that a name can have is shown as it is.
func (b *breaking) askName(ctx context.Context, questions *questions) error {
	name, err := questions.ask(ctx, "type the name of the resource to break its lock: ")
	if err == nil && name != b.Resource {
		err = unbroken("that is not the name of the resource")
	}
	return err
}

func (b *breaking) askReason(ctx context.Context, questions *questions) (err error) {
	if !b.flags.unexplained() {
		return nil
	}
	b.flags.reason, err = questions.ask(ctx, "why it has to be broken: ")
	if err == nil && b.flags.unexplained() {
		err = unbroken("no reason was given")
	}
	return err
}

// unbroken says that a person let all be as it is.
func unbroken(why string) error {
	return &exitError{exitUnavailable, why + "; nothing was changed"}
}

// release ends the lease that was shown and no other.
func (b *breaking) release(ctx context.Context) error {
	return b.timed(ctx, func(ctx context.Context) error {
		doubt, err := b.end(ctx, sdk.Lease{Resource: b.Resource, ID: b.lease.ID}, b.unknown)
		switch {
		case errors.Is(err, sdk.ErrNotHeld) && !doubt:
			return b.tooLate(ctx)
		case err != nil && !answered(err):
			return err
		}
		return b.tell()
	})
}

// tooLate is for a lease that was released, or ended, since it was shown.
func (b *breaking) tooLate(ctx context.Context) error {
	told := &exitError{exitLost, fmt.Sprintf("nothing was broken: the lease of %s is over by now", b.lease.Principal)}
	settle(told)
	told.text += "; " + b.whoNow(ctx, b.lease)
	return told
}

func (b *breaking) unknown(err error) error {
	return &exitError{exitUnknown, fmt.Sprintf(
		"outcome unknown: lease %s of resource %q, held by %s, may or may not be broken: %v; to settle it, run: %s break --lease %s --yes -m %s %s",
		b.lease.ID, b.Resource, b.lease.Principal, err, b.self, b.lease.ID, shellQuote(b.flags.reason), resourceArgument(b.Resource))}
}

// A breach is the result of break as a program reads it.
type breach struct {
	Lease  view   `json:"broken"`
	By     string `json:"by"`
	At     string `json:"at"`
	Reason string `json:"reason"`
}

// tell says what was broken: a text to pass on, as the store has no place for it.
func (b *breaking) tell() error {
	at := time.Now().Format(timeFormat)
	settle(nil)
	note(fmt.Sprintf("broken; tell %s: %s", b.lease.Principal, b.news(at)))
	if !b.json {
		return nil
	}
	if err := writeJSON(os.Stdout, breach{viewOf(b.lease, b.Backend), b.Principal, at, b.flags.reason}); err != nil {
		return &exitError{exitInternal, fmt.Sprintf("the lock is broken, but printing that failed: %v", err)}
	}
	return nil
}

// news is what the old holder should know.
func (b *breaking) news(at string) string {
	text := fmt.Sprintf("%s broke the lock on resource %q at %s: %s (it was held by %s", b.Principal, b.Resource, at, b.flags.reason, b.lease.Principal)
	if !b.lease.Created.IsZero() {
		text += " since " + b.lease.Created.Local().Format(timeFormat)
	}
	if b.lease.Reason != "" {
		text += ": " + b.lease.Reason
	}
	return text + ")"
}

// take takes the lock that is free now, if nobody else was faster.
func (b *breaking) take(ctx context.Context) error {
	if !b.flags.take {
		return nil
	}
	return b.timed(ctx, func(ctx context.Context) error {
		settle(&exitError{exitNone, "the lock is broken; interrupted twice before it was taken"})
		return untaken(b.acquire(ctx, b.request()))
	})
}

// untaken is an acquire's error as that of a command that has broken a lock before:
// that nothing was written is no longer true of it.
func untaken(err error) error {
	if err == nil {
		return nil
	}
	code, text := exitCode(err), "the lock is broken; "+err.Error()
	switch code {
	case exitHeld:
		text = "the lock is broken, but somebody else was faster: " + err.Error()
	case exitInternal, exitUnknown, exitLost:
	default:
		code, text = exitNone, "the lock is broken, but could not be taken: "+err.Error()
	}
	return &exitError{code, text}
}
