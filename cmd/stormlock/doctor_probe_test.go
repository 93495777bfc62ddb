package main

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
	"github.com/stormlock/stormlock/sdk/boottime"
)

// A patient is a store that doctor examines, with what ails it.
type patient struct {
	peer      // has no other calls
	fault     map[string]error
	slow      map[string]time.Duration
	forgetful bool   // it does not show what it granted
	interrupt string // the call at which the operator presses Ctrl-C

	press func()
	calls []string
	lease sdk.Lease
}

// call notes a call, and answers as slowly and wrongly as it is to.
func (p *patient) call(ctx context.Context, name string) error {
	p.calls = append(p.calls, name)
	if name == p.interrupt {
		p.press()
	}
	select {
	case <-time.After(p.slow[name]):
	case <-ctx.Done():
		return ctx.Err()
	}
	return p.fault[name]
}

func (p *patient) Acquire(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
	p.lease = want // also if the answer is lost
	err := p.call(ctx, "acquire")
	return want, err
}

func (p *patient) Renew(ctx context.Context, lease sdk.Lease) (sdk.Lease, error) {
	return lease, p.call(ctx, "renew")
}

func (p *patient) Release(ctx context.Context, lease sdk.Lease) error {
	err := p.call(ctx, "release")
	if err == nil && p.lease.ID == lease.ID {
		p.lease = sdk.Lease{}
	}
	return err
}

func (p *patient) Current(ctx context.Context, _ string) (sdk.Lease, error) {
	err := p.call(ctx, "current")
	if p.forgetful && err == nil {
		err = sdk.ErrNotHeld
	}
	return p.lease, err
}

func (p *patient) List(ctx context.Context, _ string) iter.Seq2[sdk.Lease, error] {
	return func(yield func(sdk.Lease, error) bool) {
		err := p.call(ctx, "list")
		if !p.forgetful {
			yield(p.lease, err)
		}
	}
}

// examined has doctor prove what can be done in a store, in virtual time, and
// returns the findings.
func (p *patient) examined(t *testing.T) (findings []sdk.Finding) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), defaultTimeout)
		defer cancel()
		p.press = cancel
		x := &examination{
			globals: &globals{timeout: ttlFlag{duration: defaultTimeout}}, reached: true, told: map[string]string{},
			show: func(f sdk.Finding) error { findings = append(findings, f); return nil },
			link: &link{start: func(context.Context) (peer, func(time.Duration) bool, error) {
				return p, func(time.Duration) bool { return true }, nil
			}},
		}
		x.prove(ctx)
	})
	return findings
}

func TestProofOfAGoodStore(t *testing.T) {
	p := &patient{}
	findings := p.examined(t)
	if !slices.Equal(p.calls, []string{"acquire", "current", "renew", "list", "release"}) {
		t.Errorf("calls %q", p.calls)
	}
	for _, f := range findings {
		if f.Level != sdk.LevelOK {
			t.Errorf("%+v", f)
		}
	}
	if len(findings) != len(p.calls) || outcome.Load() != nil {
		t.Errorf("findings %v; outcome %v", findings, outcome.Load())
	}
}

// TestProofGivesTheProbeBack whatever goes wrong, and tells what did.
func TestProofGivesTheProbeBack(t *testing.T) {
	for name, c := range map[string]struct {
		patient
		about string
		part  string
	}{
		"answer to acquire is lost": {patient{fault: map[string]error{"acquire": errDied}}, "acquire", "the backend died"},
		"acquire hangs":             {patient{slow: map[string]time.Duration{"acquire": time.Hour}}, "acquire", "deadline"},
		"no right to read":          {patient{fault: map[string]error{"current": sdk.Refused("read is denied")}}, "current", "read is denied"},
		"no right to renew":         {patient{fault: map[string]error{"renew": sdk.Refused("renew is denied")}}, "renew", "renew is denied"},
		"no right to list":          {patient{fault: map[string]error{"list": sdk.Refused("list is denied")}}, "list", "list is denied"},
		"a lease that is lost":      {patient{fault: map[string]error{"renew": sdk.ErrNotHeld}}, "renew", "do not rely on this store"},
		"a store that forgets":      {patient{forgetful: true}, "current", "do not rely on this store"},
		"a list that forgets":       {patient{forgetful: true}, "list", "do not rely on this store"},
		"interrupted in acquire":    {patient{slow: map[string]time.Duration{"acquire": time.Second}, interrupt: "acquire"}, "doctor", "interrupted"},
		"interrupted in renew":      {patient{slow: map[string]time.Duration{"renew": time.Second}, interrupt: "renew"}, "doctor", "interrupted"},
		"interrupted in list":       {patient{slow: map[string]time.Duration{"list": time.Second}, interrupt: "list"}, "list", "context canceled"},
	} {
		t.Run(name, func(t *testing.T) {
			findings := c.examined(t)
			if c.lease.ID != "" || c.calls[len(c.calls)-1] != "release" {
				t.Errorf("%s stays held after %q", c.lease.ID, c.calls)
			}
			if !backendtest.Has(findings, sdk.LevelError, c.about, c.part) {
				t.Errorf("no error about %s with %q in %v", c.about, c.part, findings)
			}
		})
	}
}

// TestProofThatCannotBeUndone: how the probe ends is said.
func TestProofThatCannotBeUndone(t *testing.T) {
	for name, fault := range map[string]error{"refused": sdk.Refused("release is denied"), "unknown": errDied} {
		p := &patient{fault: map[string]error{"release": fault}}
		findings := p.examined(t)
		want := fault.Error() + "; the lock on stormlock-doctor ends by itself within 10s, or run: stormlock release stormlock-doctor " + p.lease.ID
		if !backendtest.Has(findings, sdk.LevelError, "release", want) {
			t.Errorf("%s: no %q in %v", name, want, findings)
		}
		if releases := strings.Count(strings.Join(p.calls, " "), "release"); (releases == 1) != errors.Is(fault, sdk.ErrRefused) {
			t.Errorf("%s: released %d times", name, releases)
		}
	}
}

// TestProofInASlowStore: a lease of ten seconds that is over after eleven is no
// reason to distrust a store.
func TestProofInASlowStore(t *testing.T) {
	defer func(was func(boottime.Instant) time.Duration) { elapsed = was }(elapsed)
	elapsed = func(boottime.Instant) time.Duration { return 11 * time.Second }
	p := &patient{fault: map[string]error{"renew": sdk.ErrNotHeld}}
	if findings := p.examined(t); !backendtest.Has(findings, sdk.LevelError, "renew", "the store is so slow that") {
		t.Errorf("found %v", findings)
	}
}
