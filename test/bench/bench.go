package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// A bench times the commands on one backend.
type bench struct {
	backend string
	bin     string
	env     []string
	store   store
	times   map[string][]time.Duration
	lease   string // the id of this round's lease
}

// A command is one of the five, and what the store has to do for it.
type command struct {
	name, store string
	args        func(resource string) []string
}

// A store does, without stormlock, what a command that reads or one that
// writes needs of it.
type store struct{ read, write func() error }

func newBench(bin, dir, backend, setting string, s store) *bench {
	home := filepath.Join(dir, backend)
	config := filepath.Join(dir, backend+".cfg")
	text := fmt.Sprintf("[default]\nbackend = %s\nttl = 5m\n[backend.%s]\n%s\n", backend, backend, setting)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		panic(err)
	}
	env := []string{"PATH=" + bin, "HOME=" + home, "TMPDIR=" + os.TempDir(), "STORMLOCK_CONFIG=" + config}
	return &bench{backend: backend, bin: bin, env: env, store: s, times: map[string][]time.Duration{}}
}

func (b *bench) commands() []command {
	return []command{
		{"acquire", "write", func(r string) []string { return []string{"acquire", r} }},
		{"current", "read", func(r string) []string { return []string{"current", r} }},
		{"is-held", "read", func(r string) []string { return []string{"is-held", r, b.lease} }},
		{"renew", "write", func(r string) []string { return []string{"renew", r, b.lease} }},
		{"release", "write", func(r string) []string { return []string{"release", r, b.lease} }},
	}
}

// round runs everything once.
func (b *bench) round(i int) error {
	resource := fmt.Sprintf("bench-%d", i)
	if _, err := b.process("core", "stormlock", "version"); err != nil {
		return err
	}
	if _, err := b.process("plugin", "stormlock-backend-"+b.backend, "--version"); err != nil {
		return err
	}
	for _, c := range b.commands() {
		out, err := b.process(c.name, "stormlock", c.args(resource)...)
		if err != nil {
			return err
		}
		if c.name == "acquire" {
			b.lease = strings.TrimSpace(out)
		}
	}
	return errors.Join(b.ask("read", b.store.read), b.ask("write", b.store.write))
}

// bareRound runs go-plugin without stormlock once.
func (b *bench) bareRound() error {
	for _, mode := range []string{"nothing", "host"} {
		if _, err := b.process(mode, "bare", mode); err != nil {
			return err
		}
	}
	return nil
}

// process times one process from start to exit.
func (b *bench) process(name, file string, args ...string) (string, error) {
	cmd := exec.Command(filepath.Join(b.bin, file), args...)
	cmd.Env = b.env
	var stderr strings.Builder
	cmd.Stderr = &stderr
	begun := time.Now()
	out, err := cmd.Output()
	b.times[name] = append(b.times[name], time.Since(begun))
	if err != nil {
		return "", fmt.Errorf("%s %v: %w: %s", file, args, err, stderr.String())
	}
	return string(out), nil
}

// ask times the store alone.
func (b *bench) ask(name string, do func() error) error {
	begun := time.Now()
	err := do()
	b.times[name] = append(b.times[name], time.Since(begun))
	return err
}
