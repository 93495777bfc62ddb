package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A bench times the commands on one backend.
type bench struct {
	backend  string
	bin      string
	env      []string
	settings []string // KEY=VALUE
	times    map[string][]time.Duration
	lease    string // the id of this round's lease
}

// A command is one of the five, and the call that it makes.
type command struct {
	name, call string
	args       func(resource, lease string) []string
}

var commands = []command{
	{"acquire", "acquire", func(r, _ string) []string { return []string{"acquire", r} }},
	{"current", "current", func(r, _ string) []string { return []string{"current", r} }},
	{"is-held", "current", func(r, id string) []string { return []string{"is-held", r, id} }},
	{"renew", "renew", func(r, id string) []string { return []string{"renew", r, id} }},
	{"release", "release", func(r, id string) []string { return []string{"release", r, id} }},
}

// calls are what the program in one process is timed at.
var calls = []string{"acquire", "current", "renew", "release"}

func newBench(bin, dir, backend string, settings []string) (*bench, error) {
	config := filepath.Join(dir, backend+".cfg")
	text := fmt.Sprintf("[default]\nbackend = %s\nttl = 5m\n[backend.%s]\n%s\n", backend, backend, strings.Join(settings, "\n"))
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return nil, err
	}
	env := []string{"PATH=" + bin, "HOME=" + filepath.Join(dir, backend), "TMPDIR=" + os.TempDir(), "STORMLOCK_CONFIG=" + config}
	b := &bench{backend: backend, bin: bin, env: env, settings: settings, times: map[string][]time.Duration{}}
	_, err := b.process("setup", "stormlock", "backend", "setup", backend)
	return b, err
}

// round runs everything once.
func (b *bench) round(i int) error {
	if _, err := b.process("core", "stormlock", "version"); err != nil {
		return err
	}
	if _, err := b.process("plugin", "stormlock-backend-"+b.backend, "--version"); err != nil {
		return err
	}
	if err := b.stormlock(fmt.Sprintf("bench-%d", i)); err != nil {
		return err
	}
	return b.inProcess(fmt.Sprintf("bench-%d-in-process", i))
}

func (b *bench) stormlock(resource string) error {
	for _, c := range commands {
		out, err := b.process(c.name, "stormlock", c.args(resource, b.lease)...)
		if err != nil {
			return err
		}
		if c.name == "acquire" {
			b.lease = strings.TrimSpace(out)
		}
	}
	return nil
}

// inProcess makes the same calls without stormlock.
func (b *bench) inProcess(resource string) error {
	id := fmt.Sprintf("%032x", time.Now().UnixNano())
	for _, call := range calls {
		args := slices.Concat(b.settings, []string{call, resource, id})
		if _, err := b.process(alone+call, "inprocess-"+b.backend, args...); err != nil {
			return err
		}
	}
	return nil
}

const alone = "in process: "

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

// median leaves out the first, which warms up.
func (b *bench) median(name string) float64 {
	times := slices.Sorted(slices.Values(b.times[name][1:]))
	return float64(times[len(times)/2]) / float64(time.Millisecond)
}
