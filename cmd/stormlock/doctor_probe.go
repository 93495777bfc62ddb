package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/stormlock/stormlock/internal/ttl"
	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/boottime"
)

// probe is the resource that doctor takes. It is always the same, so that a store
// does not fill with what it leaves, and two of them do not mislead each other.
const probe = "stormlock-doctor"

// probeTTL is how long the probe lasts if it cannot be released.
const probeTTL = 10 * time.Second

// A proof finds out what the settings allow, by doing it.
type proof struct {
	*examination
	want  sdk.Lease
	lease sdk.Lease        // as granted; it has no id if it was not
	sent  boottime.Instant // when it was last asked for
	doubt bool             // it may have been granted
}

// prove takes the probe and does all with it that can be done with a lock. Where
// the store was not reached, that would say the same again, and take its time.
func (x *examination) prove(ctx context.Context) {
	if x.link == nil || !x.reached {
		return
	}
	p := &proof{examination: x, want: sdk.Lease{
		Resource: probe, ID: sdk.NewID(), TTL: probeTTL,
		Principal: cmp.Or(x.principal, "stormlock doctor"), Reason: "stormlock doctor tries whether locks can be taken",
	}}
	if x.readOnly {
		p.lists(ctx)
		return
	}
	outcome.Store(&exitError{exitNone, fmt.Sprintf("interrupted twice; the lock on %s may be held for %s still", probe, ttl.Format(probeTTL))})
	defer outcome.Store(nil)
	defer p.release(ctx)
	p.take(ctx, p.acquire, p.shows, p.renew, p.lists)
}

func (p *proof) granted() bool { return p.lease.ID != "" }

func (p *proof) acquire(ctx context.Context) {
	p.about = "acquire"
	took, err := p.ask(ctx, func(ctx context.Context, backend sdk.Backend) (err error) {
		p.sent = boottime.Now()
		p.lease, err = backend.Acquire(ctx, p.want)
		return err
	})
	held, taken := errors.AsType[*sdk.HeldError](err)
	switch {
	case taken:
		p.lease = sdk.Lease{}
		p.heldBy(held.Lease)
	case err == nil:
		p.found(sdk.LevelOK, "acquire", "took the lock on %s for %s, in %s", probe, ttl.Format(p.lease.TTL), shortly(took))
	default:
		p.lease, p.doubt = sdk.Lease{}, !certain(err)
		p.failed("acquire", err)
	}
}

// failed tells that something cannot be done, also if the reason is known.
func (p *proof) failed(about string, err error) {
	if before := p.told[p.completedBy(err).Error()]; before != "" {
		p.found(sdk.LevelError, about, "fails as %s did, above", before)
		return
	}
	p.fault(about, err)
}

// heldBy is about a probe that another holds: a doctor, unless it lasts longer
// than one takes it for.
func (p *proof) heldBy(other sdk.Lease) {
	level, who := sdk.LevelOK, "most likely by another doctor at this moment"
	if other.TTL > 2*probeTTL {
		level, who = sdk.LevelWarning, "and for so long by no doctor; whoever took it should release it"
	}
	p.found(level, "acquire", "%s, %s; whether a lock can be taken, renewed and released was not tried", heldText(other), who)
}

// shows looks for the probe.
func (p *proof) shows(ctx context.Context) {
	p.about = "current"
	var lease sdk.Lease
	took, err := p.ask(ctx, func(ctx context.Context, backend sdk.Backend) (err error) {
		lease, err = backend.Current(ctx, probe)
		return err
	})
	switch {
	case !answered(err):
		p.failed("current", err)
	case p.granted() && (err != nil || !sdk.SameID(lease.ID, p.lease.ID)):
		p.gone("current")
	default:
		p.found(sdk.LevelOK, "current", "read who holds %s, in %s", probe, shortly(took))
	}
}

func (p *proof) renew(ctx context.Context) {
	if !p.granted() {
		return
	}
	p.about = "renew"
	sent := boottime.Now()
	took, err := p.ask(ctx, func(ctx context.Context, backend sdk.Backend) error {
		_, err := backend.Renew(ctx, sdk.Lease{Resource: probe, ID: p.lease.ID, TTL: probeTTL})
		return err
	})
	switch {
	case errors.Is(err, sdk.ErrNotHeld):
		p.gone("renew")
	case err != nil:
		p.failed("renew", err)
	default:
		p.sent = sent
		p.found(sdk.LevelOK, "renew", "renewed it, in %s", shortly(took))
	}
}

// lists looks for the probe among the locks.
func (p *proof) lists(ctx context.Context) {
	p.about = "list"
	listed := false
	took, err := p.ask(ctx, func(ctx context.Context, backend sdk.Backend) error {
		for lease, err := range backend.List(ctx, probe) {
			if err != nil {
				return err
			}
			listed = listed || sdk.SameID(lease.ID, p.lease.ID)
		}
		return nil
	})
	switch {
	case err != nil:
		p.failed("list", err)
	case p.granted() && !listed:
		p.gone("list")
	default:
		p.found(sdk.LevelOK, "list", "listed locks, in %s", shortly(took))
	}
}

// gone tells that a lock which was granted is not there. A store that is slower
// than the lock lasts may be right about that.
func (p *proof) gone(about string) {
	if since := elapsed(p.sent); since >= p.lease.TTL {
		p.found(sdk.LevelError, about, "the store is so slow that the lock on %s, taken for %s, had ended after %s; look at its load and at the network",
			probe, ttl.Format(p.lease.TTL), shortly(since))
		return
	}
	p.found(sdk.LevelError, about, "the lock on %s was granted %s ago and is not there; do not rely on this store before that is explained", probe, shortly(elapsed(p.sent)))
}

// release gives the probe back, also if the command is over by now.
func (p *proof) release(ctx context.Context) {
	if !p.granted() && !p.doubt {
		return
	}
	if ctx.Err() != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), rollBackTime)
		defer cancel()
	}
	p.about = "release"
	began, id := time.Now(), cmp.Or(p.lease.ID, p.want.ID)
	var q inquiry
	err := q.pursue(ctx, p.link.releasing(sdk.Lease{Resource: probe, ID: id}))
	switch {
	case errors.Is(err, sdk.ErrNotHeld) && p.granted() && !q.doubt:
		p.gone("release")
	case answered(err):
		p.found(sdk.LevelOK, "release", "released it, in %s", shortly(time.Since(began)))
	default:
		p.found(sdk.LevelError, "release", "%v; the lock on %s ends by itself within %s, or run: %s release %s %s",
			p.completedBy(err), probe, ttl.Format(max(p.lease.TTL, probeTTL)), p.self(), probe, id)
	}
}
