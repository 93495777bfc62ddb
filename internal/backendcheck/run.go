package backendcheck

import (
	"context"
	"sync"

	"github.com/stormlock/stormlock/sdk"
)

// atOnce is how many checks run at a time. Most wait for a lease to end; more would be
// more processes at once than a small machine starts in time.
const atOnce = 4

// Run runs checks and tells each result, in the order of the checks, as soon as it and
// those before it are there. The store must have been set up. Once ctx has ended no
// further check begins, and those that run release what they hold; Run returns when
// they have, with the error of ctx.
func (s Subject) Run(ctx context.Context, checks []Check, tell func(Result)) error {
	s.namespace = "stormlock-check-" + sdk.NewID()[:12]
	results := make([]chan Result, len(checks))
	for i := range results {
		results[i] = make(chan Result, 1)
	}
	var running sync.WaitGroup
	running.Go(func() { s.runAll(ctx, checks, results) })
	defer running.Wait() // for what they release
	for _, result := range results {
		r, ok := <-result
		if !ok {
			return ctx.Err()
		}
		tell(r)
	}
	return nil
}

// runAll sends the result of each check to its channel, or closes that if the check did
// not run to its end.
func (s *Subject) runAll(ctx context.Context, checks []Check, results []chan Result) {
	var running sync.WaitGroup
	places := make(chan struct{}, atOnce)
	for i, c := range checks {
		if c.alone {
			running.Wait()
		}
		places <- struct{}{}
		running.Go(func() {
			defer func() { <-places }()
			defer close(results[i])
			if ctx.Err() != nil {
				return
			}
			if r := s.try(ctx, c); ctx.Err() == nil {
				results[i] <- r
			}
		})
		if c.alone {
			running.Wait()
		}
	}
	running.Wait()
}
