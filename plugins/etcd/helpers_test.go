package etcd

import (
	"context"
	"flag"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"

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
	isCertain   = backendtest.IsCertain
	eventually  = backendtest.Eventually
	checked     = backendtest.Checked
	has         = backendtest.Has
	finds       = backendtest.Finds
)

// Most tests wait for servers and for leases to end: more of them run at the same
// time than there are processors.
func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "16")
	setProxy()
	os.Exit(servers.Main(m))
}

// proxied counts who comes to the proxy that the environment names.
var proxied atomic.Int32

func setProxy() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			proxied.Add(1)
			_ = conn.Close()
		}
	}()
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		_ = os.Setenv(name, "http://"+listener.Addr().String())
	}
	_, _ = os.Unsetenv("NO_PROXY"), os.Unsetenv("no_proxy")
}

func openAt(t testing.TB, c Config, extra ...option) *backend {
	t.Helper()
	b, err := open(context.Background(), c, extra...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// start returns a backend on the shared server, with a prefix of its own, and a
// plain client for it.
func start(t testing.TB, extra ...option) (*backend, *clientv3.Client) {
	t.Helper()
	url := servers.SharedEtcd(t)
	return openAt(t, Config{Endpoints: url, Prefix: "/" + sdk.NewID()[:12] + "/"}, extra...), client(t, url)
}

// alone returns a backend on a server of its own, with the default prefix, and a
// plain client for it.
func alone(t testing.TB, args ...string) (*backend, *clientv3.Client, *servers.EtcdServer) {
	t.Helper()
	server := servers.Etcd(t, args...)
	return openAt(t, Config{Endpoints: server.URL}), client(t, server.URL), server
}

func client(t testing.TB, urls ...string) *clientv3.Client {
	t.Helper()
	c, err := clientv3.New(clientv3.Config{Endpoints: urls, Logger: zap.NewNop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func put(t testing.TB, raw *clientv3.Client, key, value string, opts ...clientv3.OpOption) {
	t.Helper()
	if _, err := raw.Put(testContext(t), key, value, opts...); err != nil {
		t.Fatal(err)
	}
}

// leavesNothing checks that there is nothing below a prefix but generations.
func leavesNothing(t testing.TB, raw *clientv3.Client, prefix string) {
	t.Helper()
	if left := content(t, raw, prefix); left != "" {
		t.Errorf("left: %s", left)
	}
}

// content returns all keys that begin with a prefix: their values, their etcd
// leases and their revisions, so that nothing can change unseen. Generations,
// which stay when a lock ends, are left out.
func content(t testing.TB, raw *clientv3.Client, prefix string) string {
	t.Helper()
	answer, err := raw.Get(testContext(t), prefix, clientv3.WithPrefix())
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, kv := range answer.Kvs {
		if isGeneration(kv) {
			continue
		}
		text.WriteString(kv.String() + "\n")
	}
	return text.String()
}

func isGeneration(kv *mvccpb.KeyValue) bool {
	return strings.HasSuffix(string(kv.Key), "/g") && string(kv.Value) == "stormlock" && kv.Lease == 0
}

// leases returns the ids of all etcd leases.
func leases(t testing.TB, raw *clientv3.Client) []clientv3.LeaseID {
	t.Helper()
	answer, err := raw.Leases(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	var ids []clientv3.LeaseID
	for _, lease := range answer.Leases {
		ids = append(ids, lease.ID)
	}
	return ids
}

// grant makes an etcd lease as another application would.
func grant(t testing.TB, raw *clientv3.Client, ttl int64) clientv3.LeaseID {
	t.Helper()
	answer, err := raw.Grant(testContext(t), ttl)
	if err != nil {
		t.Fatal(err)
	}
	return answer.ID
}

// timeToLive returns what is left of an etcd lease, in seconds; -1 if there is
// none.
func timeToLive(t testing.TB, raw *clientv3.Client, id clientv3.LeaseID) int64 {
	t.Helper()
	answer, err := raw.TimeToLive(testContext(t), id)
	if err != nil {
		t.Fatal(err)
	}
	return answer.TTL
}

// pause freezes a server. It may be called from any goroutine.
func pause(t testing.TB, server *servers.EtcdServer) {
	t.Helper()
	if err := server.Pause(); err != nil {
		t.Error(err)
	}
}
