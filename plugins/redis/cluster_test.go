package redis

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

const nodeCount = 3

// A testCluster is three primaries that have a third of the slots each.
type testCluster struct {
	nodes   []*servers.RedisServer
	clients []*goredis.Client
	url     string
}

func startCluster(t *testing.T, args ...string) *testCluster {
	t.Helper()
	c := &testCluster{}
	for i := range nodeCount {
		node := startClusterNode(t, args...)
		raw := client(t, node)
		must(t, raw.ClusterAddSlotsRange(testContext(t), i*slots/nodeCount, (i+1)*slots/nodeCount-1))
		must(t, raw.Do(testContext(t), "CLUSTER", "SET-CONFIG-EPOCH", i+1))
		c.nodes, c.clients = append(c.nodes, node), append(c.clients, raw)
	}
	c.meet(t, c.clients[0])
	c.url = fmt.Sprintf("redis://%s?addr=%s&addr=%s", c.nodes[0].Addr, c.nodes[1].Addr, c.nodes[2].Addr)
	return c
}

func startClusterNode(t *testing.T, args ...string) *servers.RedisServer {
	t.Helper()
	return servers.Redis(t, append([]string{"--cluster-enabled", "yes", "--cluster-node-timeout", "2000", "--repl-diskless-sync-delay", "0"}, args...)...)
}

// meet introduces a node to all and waits until all know each other.
func (c *testCluster) meet(t *testing.T, introduced *goredis.Client) {
	t.Helper()
	all := append(slices.Clone(c.clients), introduced)
	for _, node := range c.nodes {
		host, port, _ := net.SplitHostPort(node.Addr)
		must(t, introduced.ClusterMeet(testContext(t), host, port))
	}
	known := len(c.nodes)
	if !slices.Contains(c.clients, introduced) {
		known++
	}
	for _, node := range all {
		eventually(t, 20*time.Second, "the cluster comes up", func() bool {
			info := must(t, node.ClusterInfo(testContext(t)))
			return strings.Contains(info, "cluster_state:ok") && strings.Contains(info, "cluster_slots_ok:16384") &&
				strings.Contains(info, fmt.Sprintf("cluster_known_nodes:%d\r", known))
		})
	}
}

func (c *testCluster) open(t *testing.T) sdk.Backend {
	return openAt(t, Config{URL: c.url, Mode: "cluster", Prefix: "app:"})
}

// owner is the number of the node that has the lock of a resource.
func owner(resource string) int { return int(slot("app:"+resource)) * nodeCount / slots }

// resourceOn makes a name whose lock is on a node.
func resourceOn(node int, name string) string {
	for i := 0; ; i++ {
		if resource := fmt.Sprintf("%s-%d", name, i); owner(resource) == node {
			return resource
		}
	}
}

func TestCluster(t *testing.T) {
	t.Parallel()
	c := startCluster(t)
	b := c.open(t)
	var expected []string
	for i := range 20 {
		resource := fmt.Sprintf("r{%02d}}", i)
		everyOperation(t, b, resource)
		acquire(t, b, want(resource))
		expected = append(expected, resource)
	}
	for i, node := range c.clients {
		if must(t, node.DBSize(testContext(t))) == 0 {
			t.Errorf("node %d has no locks", i)
		}
	}
	if got := list(t, b, "r"); !slices.Equal(got, expected) {
		t.Errorf("list: %q, want %q", got, expected)
	}
	t.Run("mode single", func(t *testing.T) { singleModeOnACluster(t, c) })
	t.Run("turns of connecting", func(t *testing.T) { turnsOfConnecting(t, c) })

	moved := resourceOn(0, "moved")
	c.moveSlot(t, slot("app:"+moved), 2)
	everyOperation(t, b, moved)
}

// One node is asked which of them has what, which takes a HELLO and a question.
func turnsOfConnecting(t *testing.T, c *testCluster) {
	turns := servers.CountTurns(t, c.nodes[0].Addr)
	b := openAt(t, Config{URL: "redis://" + turns.Addr, Mode: "cluster", Prefix: "app:"})
	for _, cost := range []int{2, 0} {
		if _, err := b.Current(testContext(t), resourceOn(1, "free")); !errors.Is(err, sdk.ErrNotHeld) {
			t.Error(err)
		}
		if got := turns.Count(); got != cost {
			t.Errorf("%d round trips to the node in the URL, want %d", got, cost)
		}
	}
}

func singleModeOnACluster(t *testing.T, c *testCluster) {
	single := openAt(t, Config{URL: c.nodes[0].URL, Prefix: "app:"})
	_, err := single.Acquire(testContext(t), want(resourceOn(1, "elsewhere")))
	if !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("mode single: %v", err)
	}
	contains(t, err, `"mode"`, "cluster")
}

// moveSlot gives an empty slot to another node, behind the client's back.
func (c *testCluster) moveSlot(t *testing.T, moved uint16, to int) {
	t.Helper()
	id := must(t, c.clients[to].Do(testContext(t), "CLUSTER", "MYID"))
	for i := range c.clients {
		node := c.clients[(to+i)%nodeCount] // the new owner first
		must(t, node.Do(testContext(t), "CLUSTER", "SETSLOT", int(moved), "NODE", id))
	}
}

// A node that dies takes its own locks out of reach, and no others if the
// cluster does not require that all slots are served.
func TestClusterNodeDown(t *testing.T) {
	t.Parallel()
	c := startCluster(t, "--cluster-require-full-coverage", "no")
	opened := c.open(t)
	var held []sdk.Lease
	for i := range nodeCount {
		held = append(held, acquire(t, opened, want(resourceOn(i, "held"))))
	}
	const down = 1
	c.nodes[down].Stop()
	theRestGoesOn := func() {
		t.Helper()
		for _, b := range []sdk.Backend{opened, c.open(t)} {
			c.withoutNode(t, b, down, held)
		}
	}
	theRestGoesOn() // nobody in the cluster knows yet
	for _, i := range []int{0, 2} {
		eventually(t, 20*time.Second, "the others know", func() bool {
			return strings.Contains(must(t, c.clients[i].ClusterInfo(testContext(t))), "cluster_slots_fail:5461")
		})
	}
	theRestGoesOn()
}

// withoutNode checks what a backend tells while one node is down.
func (c *testCluster) withoutNode(t *testing.T, b sdk.Backend, down int, held []sdk.Lease) {
	t.Helper()
	for i := range nodeCount {
		if i != down {
			everyStep(t, b, resourceOn(i, "other"))
			if got, err := b.Current(testContext(t), held[i].Resource); err != nil || got.ID != held[i].ID {
				t.Errorf("the lock on node %d: %+v, %v", i, got, err)
			}
		}
	}
	for name, operate := range operationsOn(resourceOn(down, "held")) {
		promptly(t, func() {
			err := operate(testContext(t), b)
			if !errors.Is(err, sdk.ErrUnavailable) {
				t.Errorf("%s on the dead node: %v", name, err)
			}
			contains(t, err, "cluster "+c.nodes[0].Addr, c.nodes[down].Addr+": connect: connection refused")
		})
	}
	if err := everything["list"](testContext(t), b); !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("list: %v", err)
	}
}

// Redis's default is that one lost node stops all.
func TestClusterThatRequiresAllSlots(t *testing.T) {
	t.Parallel()
	c := startCluster(t)
	b := c.open(t)
	held := acquire(t, b, want(resourceOn(0, "held")))
	c.nodes[1].Stop()
	eventually(t, 20*time.Second, "the cluster is down", func() bool {
		return strings.Contains(must(t, c.clients[0].ClusterInfo(testContext(t))), "cluster_state:fail")
	})
	for name, operate := range operationsOn(held.Resource) {
		err := operate(testContext(t), b)
		if !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
		contains(t, err, "CLUSTERDOWN", "no lock was changed")
	}
	if left := must(t, c.clients[0].Info(testContext(t), "keyspace")); !strings.Contains(left, "keys=2,expires=1") {
		t.Errorf("keyspace: %s", left)
	}
}

// The library's cluster client would repeat a request whose answer is lost, and
// then nobody could tell what happened.
func TestClusterLostReplyIsUnknown(t *testing.T) {
	t.Parallel()
	c := startCluster(t)
	for i, node := range c.nodes {
		_, port, _ := net.SplitHostPort(strings.TrimPrefix(proxy(t, node.Addr, isWriting), "redis://"))
		must(t, c.clients[i].ConfigSet(testContext(t), "cluster-announce-port", port))
	}
	for _, asked := range c.clients {
		eventually(t, 20*time.Second, "all nodes know the new ports", func() bool {
			told := fmt.Sprint(must(t, asked.Do(testContext(t), "CLUSTER", "SLOTS")))
			return !slices.ContainsFunc(c.nodes, func(n *servers.RedisServer) bool { return strings.Contains(told, portOf(n)) })
		})
	}
	b := c.open(t)
	before := c.scripts(t)
	w := want(resourceOn(1, "deploy"))
	_, err := b.Acquire(testContext(t), w)
	isUnknown(t, "acquire", err)
	if ran := c.scripts(t) - before; ran != 1 {
		t.Errorf("%d scripts ran, want 1", ran)
	}
	got, err := b.Current(testContext(t), w.Resource)
	if err != nil || got.ID != w.ID {
		t.Errorf("current: %+v, %v", got, err)
	}
}

func portOf(node *servers.RedisServer) string {
	_, port, _ := net.SplitHostPort(node.Addr)
	return port
}

// isWriting tells a script that may change something by what only those end in.
func isWriting(request string) bool {
	return strings.Contains(request, luaAcquire) || strings.Contains(request, luaRenew) || strings.Contains(request, luaRelease)
}

// scripts is how many the nodes have run.
func (c *testCluster) scripts(t *testing.T) int {
	t.Helper()
	total := 0
	for _, node := range c.clients {
		total += scriptsRun(t, node)
	}
	return total
}

// A renewal must find the new primary soon, not when its view of the cluster
// is a minute old.
func TestClusterFailover(t *testing.T) {
	t.Parallel()
	c := startCluster(t)
	replica := client(t, startClusterNode(t))
	c.meet(t, replica)
	must(t, replica.ClusterReplicate(testContext(t), must(t, c.clients[0].Do(testContext(t), "CLUSTER", "MYID")).(string)))
	eventually(t, 20*time.Second, "the replica follows", func() bool {
		return strings.Contains(must(t, replica.Info(testContext(t), "replication")), "master_link_status:up")
	})
	eventually(t, 20*time.Second, "the others know it", func() bool {
		return strings.Contains(must(t, c.clients[1].ClusterNodes(testContext(t))), "slave")
	})

	b := c.open(t)
	lease := acquire(t, b, want(resourceOn(0, "deploy")))
	awaitCopies(t, c.clients[0], 1)
	c.nodes[0].Stop()
	eventually(t, 20*time.Second, "the lease is renewed", func() bool {
		got, err := b.Renew(testContext(t), lease)
		if err == nil {
			same(t, got, lease)
		} else if !errors.Is(err, sdk.ErrUnavailable) {
			isUnknown(t, "renew", err)
		}
		return err == nil
	})
	release(t, b, lease)
	if again := acquire(t, b, want(lease.Resource)); again.Fence <= lease.Fence {
		t.Errorf("fence went from %d to %d", lease.Fence, again.Fence)
	}
}

func TestClusterModeOnASingleServer(t *testing.T) {
	_, _, server := start(t)
	_, err := openAt(t, Config{URL: server.URL, Mode: "cluster"}).Acquire(testContext(t), want("deploy"))
	isConfig(t, err, "mode")
}
