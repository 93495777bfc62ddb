//go:build unix

// Package examples_test holds the backends in examples, which are written in
// other languages, to what every backend has to keep. They are built and checked as
// their readers do it.
package examples_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stormlock/stormlock/internal/pluginhost"
	"github.com/stormlock/stormlock/internal/pluginhost/plugintest"
	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// stormlock is the core's executable.
var stormlock string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "stormlock-examples")
	if err == nil {
		defer os.RemoveAll(dir)
		stormlock = filepath.Join(dir, "stormlock")
		err = plugintest.BuildHost(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return servers.Main(m)
}

// said runs a command, whose error is what it said.
func said(cmd *exec.Cmd) error {
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%v: %w\n%s", cmd.Args, err, output)
	}
	return nil
}

// An example is a backend in another language.
type example struct {
	language, name string
	store          func(t *testing.T) store
}

var examples = []example{pysqlite, noderedis}

// build makes the executable.
func (e example) build(t *testing.T) (dir string) {
	t.Helper()
	source := filepath.Join("../../examples", e.language)
	if err := said(exec.Command("make", "-s", "-C", source)); err != nil {
		t.Fatal(err)
	}
	dir, err := filepath.Abs(filepath.Join(source, "build"))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

var passed = regexp.MustCompile(`(?m)^ok \d+ - `)

// TestCheck checks examples by "stormlock backend check", as any author does.
func TestCheck(t *testing.T) {
	for _, e := range examples {
		t.Run(e.name, func(t *testing.T) {
			cmd := exec.Command(stormlock, "backend", "check", e.name, e.store(t).setting())
			cmd.Env = append(os.Environ(), "PATH="+e.build(t)+":"+os.Getenv("PATH"), "XDG_CONFIG_HOME="+t.TempDir(), "STORMLOCK_NO_LOCAL_CONFIG=1")
			report, err := cmd.CombinedOutput()
			if err != nil || len(passed.FindAll(report, -1)) < 40 {
				t.Errorf("%v\n%s", err, report)
			}
		})
	}
}

// A caller who was told that its id is released may ask with another at once: the
// first request must not take the lock when it comes after all.
func TestReleaseIsFinal(t *testing.T) {
	for _, e := range examples {
		t.Run(e.name, func(t *testing.T) {
			b := e.open(t, e.store(t))
			want := sdk.Lease{Resource: "x", ID: sdk.NewID(), Principal: "ana", TTL: time.Minute}
			if err := b.Release(t.Context(), want); !errors.Is(err, sdk.ErrNotHeld) {
				t.Fatalf("release of what is not held: %v", err)
			}
			if _, err := b.Acquire(t.Context(), want); !errors.Is(err, sdk.ErrInvalid) {
				t.Errorf("acquire with an id that was released: %v; want sdk.ErrInvalid", err)
			}
			if _, err := b.Current(t.Context(), "x"); !errors.Is(err, sdk.ErrNotHeld) {
				t.Errorf("current: %v; want nobody", err)
			}
		})
	}
}

// A request that waits for the store until its caller has given up takes nothing.
func TestLateRequestTakesNothing(t *testing.T) {
	for _, e := range examples {
		t.Run(e.name, func(t *testing.T) {
			s := e.store(t)
			b := e.open(t, s)
			release, giveUp := s.hold(t)
			ctx, cancel := giveUp(t.Context(), time.Second)
			defer cancel()
			if _, err := b.Acquire(ctx, sdk.Lease{Resource: "x", ID: sdk.NewID(), Principal: "ana", TTL: time.Minute}); err == nil {
				t.Fatal("the store is not held")
			}
			release()
			time.Sleep(500 * time.Millisecond) // a request that is under way would be carried out
			if _, err := b.Current(t.Context(), "x"); !errors.Is(err, sdk.ErrNotHeld) {
				t.Errorf("current: %v; want nobody", err)
			}
		})
	}
}

// open starts a backend, and sets its store up.
func (e example) open(t *testing.T, s store) sdk.Backend {
	t.Helper()
	b := e.start(t, s)
	if _, err := b.Setup(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	return b
}

func (e example) start(t *testing.T, s store) sdk.Backend {
	t.Helper()
	exe, err := pluginhost.Find(e.name, []string{e.build(t)})
	if err != nil {
		t.Fatal(err)
	}
	b, err := pluginhost.Open(context.WithoutCancel(t.Context()), exe, pluginhost.Options{}, map[string]string{s.key: s.value})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}
