package conformance

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// A rule is a check as this package writes it.
type rule struct {
	name string
	why  string
	body func(p *probe)
}

// A probe is one run of one rule. Its methods, and those of its clients, end
// the rule when something is not as it must be, as those of testing.T do.
type probe struct {
	ctx      context.Context
	cancel   context.CancelFunc
	store    *Store
	patience time.Duration // with each answer
	prefix   string        // begins the names of this run's resources

	mu      sync.Mutex
	clients []*client
	leases  map[string]sdk.Lease // by id: what may be left over
}

func (r rule) run(ctx context.Context, s *Store) error {
	return r.with(ctx, s, patience)
}

func (r rule) with(ctx context.Context, s *Store, patience time.Duration) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	namespace := s.Namespace
	if namespace == "" {
		namespace = "conformance-" + sdk.NewID()[:12]
	}
	p := &probe{
		ctx: ctx, cancel: cancel, store: s, patience: patience,
		prefix: namespace + "." + r.name + ".", leases: map[string]sdk.Lease{},
	}
	defer func() {
		if left := p.clean(); err == nil {
			err = left
		}
	}()
	return p.try(func() { r.body(p) })
}

// A failure is a panic that try turns into an error. It never leaves this
// package: it only spares each step of a rule its own "if err != nil".
type failure struct{ err error }

func (p *probe) fail(format string, args ...any) {
	panic(failure{fmt.Errorf(format, args...)})
}

func (p *probe) try(f func()) (err error) {
	defer func() {
		switch cause := recover().(type) {
		case nil:
		case failure:
			err = cause.err
		default:
			panic(cause)
		}
	}()
	f()
	return nil
}

// together calls f n times at once and waits for all. The first that would end
// the rule stops the others and ends it.
func (p *probe) together(n int, f func(i int)) {
	var first error
	var once sync.Once
	var running sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		running.Go(func() {
			<-start
			if err := p.try(func() { f(i) }); err != nil {
				once.Do(func() { first = err; p.cancel() })
			}
		})
	}
	close(start)
	running.Wait()
	if first != nil {
		panic(failure{first})
	}
}

// sleepUntil waits for a moment by this machine's clock.
func (p *probe) sleepUntil(moment time.Time) {
	select {
	case <-time.After(time.Until(moment)):
	case <-p.ctx.Done():
		p.fail("took too long: %v", p.ctx.Err())
	}
}

func (p *probe) sleep(d time.Duration) { p.sleepUntil(time.Now().Add(d)) }

// open returns a new instance of the backend.
func (p *probe) open() *client {
	// The context lives on, since an instance may keep it.
	ctx, cancel := context.WithCancel(p.ctx)
	opening := time.AfterFunc(p.patience, cancel)
	backend, err := p.store.Open(ctx)
	opening.Stop()
	if err != nil {
		p.fail("open: %w", err)
	}
	c := &client{Backend: bounded{backend, p.patience}, p: p}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clients = append(p.clients, c)
	return c
}

// want returns a lease to ask for, with an id of its own. Its resource is one
// that only this run uses.
func (p *probe) want(leaf string) sdk.Lease {
	return sdk.Lease{
		Resource:  p.prefix + leaf,
		ID:        sdk.NewID(),
		Principal: "ana@conformance",
		Reason:    "checking a backend",
		TTL:       time.Minute,
	}
}

// remember notes a lease that this run may have been granted.
func (p *probe) remember(lease sdk.Lease) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.leases[lease.ID] = lease
}

func (p *probe) forget(lease sdk.Lease) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.leases, lease.ID)
}

func (p *probe) remembered() []sdk.Lease {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Collect(maps.Values(p.leases))
}

// clean releases what is left, also after the rule's time has run out, and
// closes the instances.
func (p *probe) clean() error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.ctx), 10*time.Second)
	defer cancel()
	defer func() {
		for _, c := range p.clients {
			_ = c.Close()
		}
	}()
	left := p.remembered()
	if len(left) == 0 {
		return nil
	}
	backend, err := p.store.Open(ctx)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer backend.Close()
	for _, lease := range left {
		err := backend.Release(ctx, lease)
		if err != nil && !errors.Is(err, sdk.ErrNotHeld) {
			return fmt.Errorf("releasing what the check left at %q: %w", lease.Resource, err)
		}
	}
	return nil
}
