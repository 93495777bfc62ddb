package redis

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// The tests wait for servers more than they compute, so more of them run at a
// time than there are processors, unless -parallel says otherwise.
func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "8")
	os.Exit(m.Run())
}

// testContext bounds a call well below the default.
func testContext(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
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

func want(resource string) sdk.Lease {
	return sdk.Lease{
		Resource: resource, ID: sdk.NewID(), Principal: "ana@ops", Reason: "patch the database",
		TTL: time.Minute,
	}
}

func acquire(t testing.TB, b sdk.Backend, l sdk.Lease) sdk.Lease {
	t.Helper()
	got, err := b.Acquire(testContext(t), l)
	if err != nil {
		t.Fatalf("acquire %q: %v", l.Resource, err)
	}
	return got
}

func release(t testing.TB, b sdk.Backend, l sdk.Lease) {
	t.Helper()
	if err := b.Release(testContext(t), l); err != nil {
		t.Fatalf("release %q: %v", l.Resource, err)
	}
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

func contains(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not contain %q", err, part)
		}
	}
	if strings.ContainsAny(err.Error(), "\n") {
		t.Errorf("error has more than one line: %q", err)
	}
}

func within(t testing.TB, limit time.Duration, call func()) {
	t.Helper()
	begin := time.Now()
	call()
	if took := time.Since(begin); took > limit {
		t.Errorf("took %s, more than %s", took, limit)
	}
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
	eventually(t, "the replicas have all", func() bool {
		have := 0
		for _, offset := range replicaOffset.FindAllStringSubmatch(must(t, primary.Info(testContext(t), "replication")), -1) {
			if number(offset[1]) >= reached {
				have++
			}
		}
		return have >= replicas
	})
}
