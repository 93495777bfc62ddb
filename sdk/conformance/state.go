package conformance

import (
	"errors"
	"fmt"

	"github.com/stormlock/stormlock/sdk"
)

var state = []rule{
	{"state-is-in-the-store", "a lock is taken in one terminal and released in another, on another machine", stateIsInTheStore},
	{"close-keeps-leases", "the command that took a lock ends; the lock stays", closeKeepsLeases},
	{"setup-keeps-leases", "setting up again, for a newer version, must not lose who holds what", setupKeepsLeases},
	{"setup-can-be-repeated", "whoever sets up twice, or only looks, must see that nothing is missing", setupCanBeRepeated},
	{"foreign-data-is-refused", "data that is not a lock belongs to somebody, and must not be touched", foreignDataIsRefused},
}

func stateIsInTheStore(p *probe) {
	a, b := p.open(), p.open()
	want := p.want("x")
	lease := a.acquire(want)
	b.unchanged(lease)
	p.same("the held error", b.refused(p.want("x")), lease)
	p.same("renew", b.renew(want), lease)
	b.release(want)
	a.free(want.Resource)
}

func closeKeepsLeases(p *probe) {
	a, b := p.open(), p.open()
	want := p.want("x")
	lease := a.acquire(want)
	if err := a.Close(); err != nil {
		p.fail("close: %v", err)
	}
	_ = a.Close() // may complain, but must not panic
	b.unchanged(lease)
	c := p.open()
	c.unchanged(lease)
	c.release(want)
	b.free(want.Resource)
}

func setupKeepsLeases(p *probe) {
	a, b := p.open(), p.open()
	lease := a.acquire(p.want("x"))
	for _, c := range []*client{a, b, p.open()} {
		c.setup()
		c.unchanged(lease)
	}
	p.same("the held error", b.refused(p.want("x")), lease)
}

func setupCanBeRepeated(p *probe) {
	for _, c := range []*client{p.open(), p.open()} {
		c.settled(true)
		c.settled(false)
		c.settled(true)
	}
}

func foreignDataIsRefused(p *probe) {
	if p.store.Foreign == nil {
		panic(failure{fmt.Errorf("%w: there is no way to put foreign data there", ErrNotApplicable)})
	}
	a := p.open()
	want := p.want("x")
	unchanged, err := p.store.Foreign(p.ctx, want.Resource)
	if err != nil {
		p.fail("planting foreign data: %v", err)
	}
	for name, call := range map[string]func() error{
		"acquire": func() error { _, err := a.Backend.Acquire(p.ctx, want); return err },
		"renew":   func() error { _, err := a.Renew(p.ctx, want); return err },
		"release": func() error { return a.Release(p.ctx, want) },
		"current": func() error { _, err := a.Current(p.ctx, want.Resource); return err },
		"list":    func() error { p.listed(a, ""); return sdk.ErrRefused },
	} {
		err := call()
		if err == nil || name == "acquire" && !errors.Is(err, sdk.ErrRefused) {
			p.fail("%s of a resource with foreign data: %s; want sdk.ErrRefused", name, outcome(err))
		}
		if err := unchanged(p.ctx); err != nil {
			p.fail("%s changed foreign data: %v", name, err)
		}
	}
}
