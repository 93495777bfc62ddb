package redis

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
	"github.com/stormlock/stormlock/test/servers"
)

func TestClosedBackend(t *testing.T) {
	b, _, _ := start(t)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Acquire(testContext(t), want("deploy")); !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("error = %v", err)
	}
}

// Neither goroutines nor connections outlive a backend, also if the server, or
// a Sentinel, froze in the middle of a call.
func TestCloseLeavesNothingBehind(t *testing.T) {
	primary, plain := servers.Redis(t), servers.Redis(t)
	sentinels := []*servers.RedisServer{startSentinel(t, primary.Addr, 1), startSentinel(t, primary.Addr, 1), startSentinel(t, primary.Addr, 1)}
	for name, c := range map[string]struct {
		config Config
		freeze *servers.RedisServer
		data   *servers.RedisServer
	}{
		"single":             {Config{URL: plain.URL}, plain, plain},
		"cluster":            {Config{URL: plain.URL, Mode: "cluster"}, plain, plain},
		"primary":            {Config{URL: sentinelURL(sentinels...), Mode: "sentinel"}, primary, primary},
		"one sentinel of 3":  {Config{URL: sentinelURL(sentinels...), Mode: "sentinel"}, sentinels[0], primary},
		"one sentinel alone": {Config{URL: sentinelURL(sentinels[1]), Mode: "sentinel"}, sentinels[1], primary},
	} {
		t.Run(name, func(t *testing.T) {
			goroutines, connections := runtime.NumGoroutine(), clients(t, c.data)
			b, err := Open(context.Background(), c.config)
			if err != nil {
				t.Fatal(err)
			}
			if c.freeze == c.data {
				_, _ = b.Current(testContext(t), "deploy") // and the connection stands
			}
			if err := c.freeze.Pause(); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(100*time.Millisecond, cancel)
			_, _ = b.Acquire(ctx, want(sdk.NewID()))
			promptly(t, func() { _ = b.Close() })
			eventually(t, backendtest.Prompt, "the goroutines end", func() bool { return runtime.NumGoroutine() <= goroutines })
			if err := c.freeze.Resume(); err != nil {
				t.Fatal(err)
			}
			eventually(t, 20*time.Second, "the connections end", func() bool { return clients(t, c.data) <= connections })
		})
	}
}

// clients counts the connections that last sent a script.
func clients(t *testing.T, server *servers.RedisServer) int {
	t.Helper()
	c := client(t, server)
	defer c.Close()
	return strings.Count(must(t, c.ClientList(testContext(t))), "cmd=eval ")
}
