package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// sighted is what could be seen of all processes while a test ran: their
// arguments, and the environments of plugins, each text once.
type sighted struct{ *sampler }

type sampler struct {
	mu        sync.Mutex
	arguments map[string]bool
	plugins   map[string]bool // environments
}

// watchProcesses looks around until the test is over.
func watchProcesses(t *testing.T) sighted {
	s := &sampler{arguments: map[string]bool{}, plugins: map[string]bool{}}
	over := make(chan struct{})
	t.Cleanup(func() { close(over) })
	go func() {
		for tick := time.Tick(100 * time.Millisecond); ; {
			select {
			case <-tick:
				s.look()
			case <-over:
				return
			}
		}
	}()
	return sighted{s}
}

func (s *sampler) look() {
	found, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range found {
		text := content(dir + "/cmdline")
		program, _, _ := strings.Cut(text, "\x00")
		s.mu.Lock()
		s.arguments[text] = true
		if strings.HasPrefix(filepath.Base(program), "stormlock-backend-") {
			s.plugins[content(dir+"/environ")] = true
		}
		s.mu.Unlock()
	}
}

// check looks for the secret of a canary. It may be in the variable where the test
// put it, as it was put there.
func (p sighted) check(t *testing.T, c *canary) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	c.look(t, "the arguments of a process", together(p.arguments))
	environment := together(p.plugins)
	for _, variable := range c.env {
		environment = strings.ReplaceAll(environment, "\x00"+variable+"\x00", "\x00\x00")
	}
	c.look(t, "the environment of a plugin", environment)
}

// together is all texts as one: to look through each would take long.
func together(texts map[string]bool) string {
	return strings.Join(slices.Collect(maps.Keys(texts)), "\n\x00")
}

// saw reports whether a plugin of a canary was among the processes.
func (p sighted) saw(c *canary) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for text := range p.plugins {
		if strings.Contains(text, "HOME="+c.home+"\x00") {
			return true
		}
	}
	return false
}

// TestProcessesAreSeen: what the canaries rely on.
func TestProcessesAreSeen(t *testing.T) {
	p := watchProcesses(t)
	self, err := os.ReadFile("/proc/self/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	await(t, "this process is seen", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.arguments[string(self)]
	})
}
