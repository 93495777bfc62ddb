package servers

import (
	"fmt"
	"slices"
	"sync"
)

// Kept are servers that run until somebody stops them, for the tests of many
// runs to share.
type Kept struct {
	lines []string
	stops []func()
}

// Keep starts every server that tests can share. The caller stops what was
// started, also after an error.
func Keep() (*Kept, error) {
	kept := &Kept{}
	var mu sync.Mutex
	var starting sync.WaitGroup
	var first error
	for name, start := range shareable {
		starting.Go(func() {
			url, stop, err := startApart(name, start)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				first = fmt.Errorf("%s: %w", name, err)
				return
			}
			kept.lines = append(kept.lines, name+" "+url)
			kept.stops = append(kept.stops, stop)
		})
	}
	starting.Wait()
	return kept, first
}

// Lines are a name and a URL for each server, as the file holds them that
// [KeptFile] names.
func (k *Kept) Lines() []string { return slices.Sorted(slices.Values(k.lines)) }

// Stop stops the servers.
func (k *Kept) Stop() {
	for _, stop := range k.stops {
		stop()
	}
}
