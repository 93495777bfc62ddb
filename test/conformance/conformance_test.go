//go:build unix

// Package conformance_test runs the conformance suite against the executables
// of the real backends, as they are shipped, through the plugin host. Each
// instance is a process.
package conformance_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stormlock/stormlock/internal/backendcheck"
	"github.com/stormlock/stormlock/internal/pluginhost"
	"github.com/stormlock/stormlock/internal/pluginhost/plugintest"
	"github.com/stormlock/stormlock/sdk/conformance"
	"github.com/stormlock/stormlock/test/servers"
)

var executables string

func TestMain(m *testing.M) {
	pluginhost.RunIfOrphanHost()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "stormlock-conformance")
	if err == nil {
		defer os.RemoveAll(dir)
		err = plugintest.Build(dir, "local", "redis", "etcd", "postgres", "mysql", "dynamodb")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	executables = dir
	return servers.Main(m)
}

func TestLocal(t *testing.T) {
	file := lockFile(filepath.Join(t.TempDir(), "locks.db"))
	conform(t, "local", map[string]string{"path": string(file)}, conformance.Store{Foreign: file.plant})
}

func TestRedis(t *testing.T) {
	redis := servers.Redis(t)
	conform(t, "redis", map[string]string{"url": redis.URL}, conformance.Store{Foreign: redisServer(redis.Addr).plant})
}

// conform checks the executable of a backend with a configuration: how it behaves as a
// process, and against the store.
func conform(t *testing.T, name string, config map[string]string, store conformance.Store) {
	t.Helper()
	subject, err := subjectOf(name, config)
	if err != nil {
		t.Fatal(err)
	}
	err = subject.Run(t.Context(), backendcheck.ProcessChecks(), func(r backendcheck.Result) {
		if r.Err != nil {
			t.Errorf("%v\n%s: %s", r.Err, r.Name, r.Why)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	store.Open = subject.Open
	conformance.Run(t, store)
}

func subjectOf(name string, config map[string]string) (backendcheck.Subject, error) {
	exe, err := pluginhost.Find(name, []string{executables})
	return backendcheck.Subject{Executable: exe, Section: config}, err
}

var errChanged = errors.New("the foreign data has changed")
