//go:build unix

// Package conformance_test runs the conformance suite against the executables
// of the real backends, as they are shipped, through the plugin host. Each
// instance is a process.
package conformance_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stormlock/stormlock/internal/pluginhost"
	"github.com/stormlock/stormlock/internal/pluginhost/plugintest"
	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/conformance"
	"github.com/stormlock/stormlock/test/servers"
)

var executables string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "stormlock-conformance")
	if err == nil {
		defer os.RemoveAll(dir)
		err = plugintest.Build(dir, "local", "redis", "etcd", "postgres", "dynamodb")
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
	conformance.Run(t, conformance.Store{
		Open:    opener("local", map[string]string{"path": string(file)}),
		Foreign: file.plant,
	})
}

func TestRedis(t *testing.T) {
	redis := servers.Redis(t)
	conformance.Run(t, conformance.Store{
		Open:    opener("redis", map[string]string{"url": redis.URL}),
		Foreign: redisServer(redis.Addr).plant,
	})
}

// instance is a backend whose process ends with it.
type instance struct {
	sdk.Backend
	plugin *pluginhost.Plugin
}

func (i instance) Close() error {
	i.plugin.Stop(pluginhost.RollBackGrace)
	return nil
}

func opener(name string, config map[string]string) func(context.Context) (sdk.Backend, error) {
	return func(ctx context.Context) (sdk.Backend, error) {
		exe, err := pluginhost.Find(name, []string{executables})
		if err != nil {
			return nil, err
		}
		p, err := pluginhost.Start(ctx, exe, pluginhost.Options{})
		if err != nil {
			return nil, err
		}
		p.Backend().Configure(config)
		return instance{p.Backend(), p}, nil
	}
}

var errChanged = errors.New("the foreign data has changed")
