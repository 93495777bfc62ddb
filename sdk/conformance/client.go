package conformance

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// A client is one instance of the backend. Its methods in lower case end the
// rule unless the backend answers as their names say.
type client struct {
	sdk.Backend
	p *probe
}

// Acquire notes what may have to be released in the end.
func (c *client) Acquire(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
	lease, err := c.Backend.Acquire(ctx, want)
	if !errors.Is(err, sdk.ErrHeld) {
		c.p.remember(want)
	}
	return lease, err
}

// acquire checks the resource but not the id: a backend may answer with its own
// spelling of that.
func (c *client) acquire(want sdk.Lease) sdk.Lease {
	lease, err := c.Acquire(c.p.ctx, want)
	if err != nil {
		c.p.fail("acquire of %s: %v; want success", short(want.Resource), err)
	}
	if lease.Resource != want.Resource || lease.ID == "" {
		c.p.fail("acquire of %s gives the lease %q of %s", short(want.Resource), lease.ID, short(lease.Resource))
	}
	return lease
}

// refused is an acquire that must be answered with another's lease.
func (c *client) refused(want sdk.Lease) sdk.Lease {
	_, err := c.Acquire(c.p.ctx, want)
	var held *sdk.HeldError
	if !errors.As(err, &held) {
		c.p.fail("acquire of %s, which is held: %s; want a *sdk.HeldError", short(want.Resource), outcome(err))
	}
	return held.Lease
}

func (c *client) renew(lease sdk.Lease) sdk.Lease {
	renewed, err := c.Renew(c.p.ctx, lease)
	if err != nil {
		c.p.fail("renew of %s: %v; want success", short(lease.Resource), err)
	}
	return renewed
}

func (c *client) release(lease sdk.Lease) {
	if err := c.Release(c.p.ctx, lease); err != nil {
		c.p.fail("release of %s: %v; want success", short(lease.Resource), err)
	}
	c.p.forget(lease)
}

func (c *client) current(resource string) sdk.Lease {
	lease, err := c.Current(c.p.ctx, resource)
	if err != nil {
		c.p.fail("current of %s: %v; want a lease", short(resource), err)
	}
	return lease
}

// setup is for leases to survive.
func (c *client) setup() {
	c.settled(false)
}

// settled is a setup that must find nothing to do.
func (c *client) settled(dryRun bool) {
	statements, err := c.Setup(c.p.ctx, dryRun)
	if err != nil {
		c.p.fail("setup (dry run: %t): %v", dryRun, err)
	}
	if len(statements) > 0 {
		c.p.fail("setup (dry run: %t) of a store that is set up: %q; want nothing to do", dryRun, statements)
	}
}

// free is a current that must find nobody.
func (c *client) free(resource string) {
	lease, err := c.Current(c.p.ctx, resource)
	if err == nil {
		c.p.fail("current of %s: held by %q; want not held", short(resource), lease.Principal)
	}
	c.p.notHeld(err, "current of %s", short(resource))
}

// disowned is a renew and a release that must change nothing. What was granted
// may report a TTL that cannot be asked for.
func (c *client) disowned(lease sdk.Lease, why string) {
	lease.TTL = time.Minute
	_, err := c.Renew(c.p.ctx, lease)
	c.p.notHeld(err, "renew of %s with %s", short(lease.Resource), why)
	err = c.Release(c.p.ctx, lease)
	c.p.notHeld(err, "release of %s with %s", short(lease.Resource), why)
}

// unchanged is a current that must find a lease as it was granted.
func (c *client) unchanged(lease sdk.Lease) {
	c.p.same("current", c.current(lease.Resource), lease)
}

func (c *client) list(prefix string) map[string]sdk.Lease {
	leases := map[string]sdk.Lease{}
	for lease, err := range c.List(c.p.ctx, prefix) {
		if err != nil {
			c.p.fail("list of %q: %v", prefix, err)
		}
		if before, twice := leases[lease.Resource]; twice && sdk.SameID(before.ID, lease.ID) {
			c.p.fail("list of %q shows %s twice", prefix, short(lease.Resource))
		}
		leases[lease.Resource] = lease
	}
	return leases
}

func (p *probe) notHeld(err error, format string, args ...any) {
	if !errors.Is(err, sdk.ErrNotHeld) {
		p.fail("%s: %s; want sdk.ErrNotHeld", fmt.Sprintf(format, args...), outcome(err))
	}
}

// same compares all of a lease but its TTL, which shrinks.
func (p *probe) same(what string, got, want sdk.Lease) {
	at := what + " of " + short(want.Resource)
	switch {
	case got.Resource != want.Resource:
		p.fail("%s gives the resource %s", at, short(got.Resource))
	case !sdk.SameID(got.ID, want.ID):
		p.fail("%s gives the lease id %q; want %q", at, got.ID, want.ID)
	case got.Principal != want.Principal:
		p.fail("%s gives the principal %q; want %q", at, got.Principal, want.Principal)
	case got.Reason != want.Reason:
		p.fail("%s gives the reason %s; want %s", at, short(got.Reason), short(want.Reason))
	case !got.Created.Equal(want.Created):
		p.fail("%s says created %v; want %v", at, got.Created, want.Created)
	case got.Fence != want.Fence:
		p.fail("%s gives the fence %d; want %d", at, got.Fence, want.Fence)
	}
}

func outcome(err error) string {
	if err == nil {
		return "success"
	}
	return err.Error()
}

// short quotes a text that may be long, so that a failure stays readable.
func short(text string) string {
	const most = 120
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + fmt.Sprintf("…(%d bytes)", len(text))
	}
	return fmt.Sprintf("%q", text)
}
