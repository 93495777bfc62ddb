package main

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/internal/pluginhost"
)

// promptness is how long whoever pressed TAB waits at most.
const promptness = 300 * time.Millisecond

// completionTime bounds a completion. (A variable for the tests: some machines take
// longer to start a backend while they are busy.)
var completionTime = promptness

// maxSuggestions is more than anybody reads.
const maxSuggestions = 1000

// A suggestion is a word that a shell may complete, and what to say about it.
type suggestion struct{ word, about string }

// A source hands on suggestions, each as soon as it is known, until ctx ends. A
// fault means fewer of them.
type source func(ctx context.Context, offer func(suggestion))

// complete asks sources for what begins as was typed. The words of the first come
// first; a word is offered once.
func complete(ctx context.Context, typed string, sources ...source) ([]string, cobra.ShellCompDirective) {
	var words []string
	seen := map[string]bool{}
	for _, s := range gather(ctx, sources) {
		if strings.HasPrefix(s.word, typed) && typeable(s.word) && !seen[s.word] && len(words) < maxSuggestions {
			seen[s.word] = true
			words = append(words, described(s))
		}
	}
	return words, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// gather asks all sources at once and returns what is there when they are done, or
// when the time is over. They get two thirds of it: the rest is there to end a plugin.
func gather(ctx context.Context, sources []source) []suggestion {
	ctx, cancel := context.WithTimeout(ctx, completionTime*2/3)
	defer cancel()
	over := time.NewTimer(completionTime)
	defer over.Stop()
	found := collection{all: make([][]suggestion, len(sources))}
	var running sync.WaitGroup
	for i, s := range sources {
		running.Go(func() {
			defer func() { _ = recover() }() // nobody wants to read of it now
			s(ctx, func(one suggestion) { found.add(i, one) })
		})
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		running.Wait()
	}()
	select {
	case <-done:
	case <-over.C:
	}
	return found.list()
}

// A collection has the suggestions of each source. Sources may still be adding when
// it is read.
type collection struct {
	mu  sync.Mutex
	all [][]suggestion
}

func (c *collection) add(from int, s suggestion) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all[from] = append(c.all[from], s)
}

func (c *collection) list() (all []suggestion) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, some := range c.all {
		all = append(all, some...)
	}
	return all
}

// resources are the sources of names of resources: those on record, which are the
// ones to renew and release, those held in the store, those of the configuration.
func (g *globals) resources(prefix string) []source {
	return []source{resourcesOnRecord, g.resourcesInStore(prefix), g.resourcesInFile}
}

func resourcesOnRecord(_ context.Context, offer func(suggestion)) {
	for _, n := range notesAsTheyAre(time.Now()) {
		offer(suggestion{n.Resource, "on your record: " + stateText(n, time.Now())})
	}
}

// idsOnRecord is the source of lease ids of a resource.
func idsOnRecord(resource string) source {
	return func(_ context.Context, offer func(suggestion)) {
		for _, n := range notesAsTheyAre(time.Now()) {
			if n.Resource == resource {
				offer(suggestion{n.ID(), stateText(n, time.Now()) + ", until " + n.Until.Local().Format(time.DateTime)})
			}
		}
	}
}

func (g *globals) resourcesInFile(ctx context.Context, offer func(suggestion)) {
	file, err := g.readConfig(ctx)
	if err != nil {
		return
	}
	for _, name := range file.Resources() {
		offer(suggestion{name, "in the configuration file"})
	}
}

// resourcesInStore asks the store that resources are kept in unless a section says
// otherwise.
func (g *globals) resourcesInStore(prefix string) source {
	return func(ctx context.Context, offer func(suggestion)) {
		file, err := g.readConfig(ctx)
		if err != nil {
			return
		}
		name, err := file.DefaultBackend()
		if err != nil || name == "" {
			return
		}
		p, err := g.start(ctx, file, name)
		if err != nil {
			return
		}
		defer stopInTime(ctx, p)
		p.Backend().Configure(file.BackendOptions(name))
		for lease, err := range p.Backend().List(ctx, prefix) {
			if err != nil {
				return
			}
			offer(suggestion{lease.Resource, "held by " + lease.Principal})
		}
	}
}

// stopInTime gives a plugin what is left of the time to end by itself. It was asked
// for nothing that would have to be undone.
func stopInTime(ctx context.Context, p *pluginhost.Plugin) {
	deadline, _ := ctx.Deadline()
	p.Stop(max(0, min(pluginhost.Grace, time.Until(deadline))))
}

func installedBackends(_ context.Context, offer func(suggestion)) {
	for _, c := range pluginhost.List(pluginhost.Directories()) {
		if c.Refused == nil && c.ShadowedBy == "" {
			offer(suggestion{word: c.Name})
		}
	}
}
