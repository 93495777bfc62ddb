package redis

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// everyOperation takes each operation once.
func everyOperation(t *testing.T, b sdk.Backend, resource string) {
	t.Helper()
	ctx := testContext(t)
	if _, err := b.Setup(ctx, false); err != nil {
		t.Error(err)
	}
	lease := acquire(t, b, want(resource))
	if _, err := b.Acquire(ctx, want(resource)); !errors.Is(err, sdk.ErrHeld) {
		t.Errorf("second acquire: %v", err)
	}
	lease.TTL = time.Hour
	if got, err := b.Renew(ctx, lease); err != nil || got.TTL != time.Hour {
		t.Errorf("renew: %+v, %v", got, err)
	}
	if got, err := b.Current(ctx, resource); err != nil || got.ID != lease.ID {
		t.Errorf("current: %+v, %v", got, err)
	}
	if got := list(t, b, resource); !slices.Contains(got, resource) {
		t.Errorf("list: %q", got)
	}
	release(t, b, lease)
	if _, err := b.Current(ctx, resource); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("current after release: %v", err)
	}
}

func TestSingleWithDatabase(t *testing.T) {
	_, raw, server := start(t)
	b := openAt(t, Config{URL: server.URL + "/3"})
	everyOperation(t, b, "deploy")
	acquire(t, b, want("deploy"))
	if n := must(t, raw.DBSize(testContext(t))); n != 0 {
		t.Errorf("database 0 holds %d keys", n)
	}
}

func TestUnknownDatabaseIsAConfigError(t *testing.T) {
	_, _, server := start(t)
	_, err := openAt(t, Config{URL: server.URL + "/99"}).Acquire(testContext(t), want("deploy"))
	isConfig(t, err, "url")
	contains(t, err, "database")
}

func TestUnixSocket(t *testing.T) {
	server := servers.Redis(t, "--unixsocket", "redis.sock")
	path := filepath.Join(server.Dir, "redis.sock")
	everyOperation(t, openAt(t, Config{URL: "unix://" + path}), "deploy")
	everyOperation(t, openAt(t, Config{URL: "unix://" + path + "?db=2"}), "deploy")
	server.Stop()
	_, err := openAt(t, Config{URL: "unix://:s3cr3t@" + path}).Current(testContext(t), "deploy")
	contains(t, err, "redis at "+path)
}

func TestSentinel(t *testing.T) {
	primary := servers.Redis(t)
	sentinel := servers.RedisSentinel(t, "locks", primary)
	b := openAt(t, Config{URL: sentinel.URL + "?master_name=locks&replica_only=true", Mode: "sentinel"})
	everyOperation(t, b, "deploy")
	acquire(t, b, want("deploy"))
	if n := must(t, client(t, primary).Exists(testContext(t), "deploy")); n != 1 {
		t.Error("the lock is not on the primary")
	}
}

func TestSentinelThatDoesNotKnowThePrimary(t *testing.T) {
	sentinel := servers.RedisSentinel(t, "locks", servers.Redis(t))
	url := sentinel.URL + "?master_name=other&password=s3cr3t"
	_, err := openAt(t, Config{URL: url, Mode: "sentinel"}).Acquire(testContext(t), want("deploy"))
	if !errors.Is(err, sdk.ErrUnavailable) || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("error = %v", err)
	}
	contains(t, err, "sentinel "+sentinel.Addr+" (other)")
}

// startCluster returns two nodes that have one half of the slots each.
func startCluster(t *testing.T) (url string, nodes []*goredis.Client) {
	t.Helper()
	var addrs []string
	for i := range 2 {
		server := servers.Redis(t, "--cluster-enabled", "yes", "--cluster-node-timeout", "5000")
		addrs = append(addrs, server.Addr)
		nodes = append(nodes, client(t, server))
		must(t, nodes[i].ClusterAddSlotsRange(testContext(t), i*slots/2, (i+1)*slots/2-1))
		must(t, nodes[i].Do(testContext(t), "CLUSTER", "SET-CONFIG-EPOCH", i+1))
	}
	host, port, _ := net.SplitHostPort(addrs[1])
	must(t, nodes[0].ClusterMeet(testContext(t), host, port))
	for _, node := range nodes {
		waitForCluster(t, node)
	}
	return fmt.Sprintf("redis://%s?addr=%s", addrs[0], addrs[1]), nodes
}

func waitForCluster(t *testing.T, node *goredis.Client) {
	t.Helper()
	eventually(t, "the cluster comes up", func() bool {
		info := must(t, node.ClusterInfo(testContext(t)))
		return strings.Contains(info, "cluster_state:ok") && strings.Contains(info, "cluster_slots_ok:16384")
	})
}

func TestCluster(t *testing.T) {
	t.Parallel()
	url, nodes := startCluster(t)
	b := openAt(t, Config{URL: url, Mode: "cluster", Prefix: "app:"})
	var expected []string
	for i := range 20 {
		resource := fmt.Sprintf("r{%02d}}", i)
		everyOperation(t, b, resource)
		acquire(t, b, want(resource))
		expected = append(expected, resource)
	}
	for i, node := range nodes {
		if must(t, node.DBSize(testContext(t))) == 0 {
			t.Errorf("node %d has no locks", i)
		}
	}
	if got := list(t, b, "r"); !slices.Equal(got, expected) {
		t.Errorf("list: %q, want %q", got, expected)
	}
	single := openAt(t, Config{URL: "redis://" + nodes[0].Options().Addr})
	for _, resource := range []string{"a", "b", "c", "d", "e", "f"} {
		if _, err := single.Acquire(testContext(t), want(resource)); err != nil {
			if !errors.Is(err, sdk.ErrUnavailable) {
				t.Errorf("mode single: %v", err)
			}
			contains(t, err, `"mode"`, "cluster")
		}
	}

	moveSlot(t, nodes, slot("app:moved"))
	everyOperation(t, b, "moved")
}

// moveSlot gives an empty slot to the other node, behind the client's back.
func moveSlot(t *testing.T, nodes []*goredis.Client, moved uint16) {
	t.Helper()
	from, to := nodes[0], nodes[1]
	if moved >= slots/2 {
		from, to = to, from
	}
	id := must(t, to.Do(testContext(t), "CLUSTER", "MYID"))
	for _, node := range []*goredis.Client{to, from} {
		must(t, node.Do(testContext(t), "CLUSTER", "SETSLOT", int(moved), "NODE", id))
	}
}

// A renewal must find the new primary soon, not when its view of the cluster
// is a minute old.
func TestClusterFailover(t *testing.T) {
	t.Parallel()
	url, nodes := startCluster(t)
	owner := nodes[0]
	if slot("deploy") >= slots/2 {
		owner = nodes[1]
	}
	replica := client(t, servers.Redis(t, "--cluster-enabled", "yes", "--repl-diskless-sync-delay", "0"))
	host, port, _ := net.SplitHostPort(owner.Options().Addr)
	must(t, replica.ClusterMeet(testContext(t), host, port))
	waitForCluster(t, replica)
	id := must(t, owner.Do(testContext(t), "CLUSTER", "MYID")).(string)
	eventually(t, "the replica follows", func() bool {
		return replica.ClusterReplicate(testContext(t), id).Err() == nil
	})

	b := openAt(t, Config{URL: url, Mode: "cluster"})
	lease := acquire(t, b, want("deploy"))
	eventually(t, "the lock is copied", func() bool {
		return strings.Contains(must(t, replica.Info(testContext(t), "replication")), "master_link_status:up") &&
			must(t, replica.DBSize(testContext(t))) == 2
	})
	must(t, replica.Do(testContext(t), "CLUSTER", "FAILOVER", "TAKEOVER"))
	_ = owner.Do(testContext(t), "SHUTDOWN", "NOSAVE", "NOW", "FORCE").Err() // it ends without an answer
	eventually(t, "the lease is renewed", func() bool {
		_, err := b.Renew(testContext(t), lease)
		if err != nil && !errors.Is(err, sdk.ErrUnavailable) {
			isUnknown(t, "renew", err)
		}
		return err == nil
	})
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatal("not in time: " + what)
}

func TestClusterModeOnASingleServer(t *testing.T) {
	_, _, server := start(t)
	_, err := openAt(t, Config{URL: server.URL, Mode: "cluster"}).Acquire(testContext(t), want("deploy"))
	isConfig(t, err, "mode")
}
