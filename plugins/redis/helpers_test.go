package redis

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
	"github.com/stormlock/stormlock/test/servers"
)

// What these tests say throughout.
var (
	testContext = backendtest.Context
	want        = backendtest.Want
	acquire     = backendtest.Acquire
	release     = backendtest.Release
	list        = backendtest.List
	same        = backendtest.Same
	contains    = backendtest.Says
	within      = backendtest.Within
	promptly    = backendtest.Promptly
	isUnknown   = backendtest.IsUnknown
	eventually  = backendtest.Eventually
	checked     = backendtest.Checked
	has         = backendtest.Has
	finds       = backendtest.Finds
	spotless    = backendtest.Spotless
)

// The tests wait for servers more than they compute, so more of them run at a
// time than there are processors, unless -parallel says otherwise.
func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "8")
	os.Exit(m.Run())
}

func openAt(t testing.TB, c Config) sdk.Backend {
	t.Helper()
	b, err := Open(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// start returns a backend on a server of its own, and a plain client for it.
func start(t testing.TB, args ...string) (sdk.Backend, *goredis.Client, *servers.RedisServer) {
	t.Helper()
	server := servers.Redis(t, args...)
	return openAt(t, Config{URL: server.URL}), client(t, server), server
}

func client(t testing.TB, server *servers.RedisServer) *goredis.Client {
	c := goredis.NewClient(&goredis.Options{Addr: server.Addr, Protocol: 2})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// must returns the value of a raw command.
func must[T any](t testing.TB, cmd interface{ Result() (T, error) }) T {
	t.Helper()
	v, err := cmd.Result()
	if err != nil {
		t.Fatalf("%v: %v", cmd, err)
	}
	return v
}

func writeFile(t *testing.T, data []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "pem")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

var (
	primaryOffset = regexp.MustCompile(`(?m)^master_repl_offset:(\d+)`)
	replicaOffset = regexp.MustCompile(`(?m)^slave\d+:.*,offset=(\d+)`)
)

// awaitCopies waits until replicas have all that the primary has now. WAIT would
// not do: it is about what its own connection has written.
func awaitCopies(t *testing.T, primary *goredis.Client, replicas int) {
	t.Helper()
	number := func(text string) int { n, _ := strconv.Atoi(text); return n }
	reached := number(primaryOffset.FindStringSubmatch(must(t, primary.Info(testContext(t), "replication")))[1])
	eventually(t, 20*time.Second, "the replicas have all", func() bool {
		have := 0
		for _, offset := range replicaOffset.FindAllStringSubmatch(must(t, primary.Info(testContext(t), "replication")), -1) {
			if number(offset[1]) >= reached {
				have++
			}
		}
		return have >= replicas
	})
}
