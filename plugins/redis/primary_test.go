package redis

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// Only a primary that may still be one answers.

// follow makes a server a replica and waits until it has caught up.
func follow(t *testing.T, replica *goredis.Client, primary string) {
	t.Helper()
	host, port, _ := net.SplitHostPort(primary)
	must(t, replica.ReplicaOf(testContext(t), host, port))
	eventually(t, 20*time.Second, "the replica follows", func() bool {
		return strings.Contains(must(t, replica.Info(testContext(t), "replication")), "master_link_status:up")
	})
}

func TestReplicaDoesNotAnswer(t *testing.T) {
	t.Parallel()
	b, raw, server := start(t, "--repl-diskless-sync-delay", "0")
	empty := servers.Redis(t)
	follow(t, client(t, empty), server.Addr)
	refusesAll(t, empty, "READONLY", `give the primary in "url"`)

	held := acquire(t, b, want("held"))
	replica := servers.Redis(t)
	follow(t, client(t, replica), server.Addr)
	before := dump(t, client(t, replica))
	refusesAll(t, replica, "READONLY", `give the primary in "url"`)
	behind := openAt(t, Config{URL: replica.URL})
	if _, err := behind.Current(testContext(t), "held"); !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("current of a held lock: %v", err)
	}
	if got := must(t, raw.PTTL(testContext(t), "held")); got <= 0 || got > held.TTL {
		t.Errorf("TTL = %s", got)
	}
	if after := dump(t, client(t, replica)); after != before {
		t.Error("the replica was changed")
	}
}

// refusesAll checks that a server answers nothing that is asked of it.
func refusesAll(t *testing.T, server *servers.RedisServer, parts ...string) {
	t.Helper()
	b := openAt(t, Config{URL: server.URL})
	for name, operate := range everything {
		err := operate(testContext(t), b) // of the resource "data", which is free
		if !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
		contains(t, err, parts...)
	}
}

// dump is all that a server holds but the time that is left.
func dump(t *testing.T, raw *goredis.Client) string {
	t.Helper()
	var all strings.Builder
	for _, key := range must(t, raw.Keys(testContext(t), "*")) {
		all.WriteString(key + must(t, raw.Dump(testContext(t), key)))
	}
	return all.String()
}

// With min-replicas-to-write, a primary that was cut off from its replicas says
// nothing: one of them may have taken its place.
func TestPrimaryThatLostItsReplicasDoesNotAnswer(t *testing.T) {
	t.Parallel()
	b, raw, server := start(t, "--repl-diskless-sync-delay", "0", "--min-replicas-to-write", "1")
	refusesAll(t, server, "NOREPLICAS Not enough good replicas to write; no lock was changed", "too few replicas")
	if n := must(t, raw.DBSize(testContext(t))); n != 0 {
		t.Errorf("%d keys were written", n)
	}

	replica := servers.Redis(t)
	follow(t, client(t, replica), server.Addr)
	eventually(t, 20*time.Second, "the primary counts the replica", func() bool {
		_, err := b.Setup(testContext(t), false)
		return err == nil
	})
	everyOperation(t, b, "deploy")
	acquire(t, b, want("data"))
	must(t, client(t, replica).ReplicaOf(testContext(t), "NO", "ONE"))
	eventually(t, 20*time.Second, "the primary misses the replica", func() bool {
		_, err := b.Setup(testContext(t), false)
		return err != nil
	})
	refusesAll(t, server, "NOREPLICAS")
}

func TestServerOutOfMemoryTakesNoLockButKnowsThem(t *testing.T) {
	b, raw, _ := start(t)
	held := acquire(t, b, want("held"))
	must(t, raw.ConfigSet(testContext(t), "maxmemory", "1"))
	takesNoLockButKnows(t, b, held, "OOM")
	if got := must(t, raw.DBSize(testContext(t))); got != 2 {
		t.Errorf("%d keys, want the lock and its counter", got)
	}
	release(t, b, held)
}

// A directory where the dump is to go makes saving fail, also for root.
func TestServerThatCannotSaveTakesNoLockButKnowsThem(t *testing.T) {
	b, raw, server := start(t)
	held := acquire(t, b, want("held"))
	if err := os.Mkdir(filepath.Join(server.Dir, "dump.rdb"), 0o700); err != nil {
		t.Fatal(err)
	}
	must(t, raw.ConfigSet(testContext(t), "save", "3600 1"))
	must(t, raw.BgSave(testContext(t)))
	eventually(t, 20*time.Second, "the save fails", func() bool {
		return strings.Contains(must(t, raw.Info(testContext(t), "persistence")), "rdb_last_bgsave_status:err")
	})
	takesNoLockButKnows(t, b, held, "MISCONF")
}

func takesNoLockButKnows(t *testing.T, b sdk.Backend, held sdk.Lease, code string) {
	t.Helper()
	_, err := b.Acquire(testContext(t), want("free"))
	if !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("acquire: %v", err)
	}
	contains(t, err, code, "no lock was changed")
	if _, err := b.Acquire(testContext(t), want("held")); !errors.Is(err, sdk.ErrHeld) {
		t.Errorf("acquire of a held lock: %v", err)
	}
	got, err := b.Current(testContext(t), "held")
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, held)
	if _, err := b.Current(testContext(t), "free"); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("current of a free lock: %v", err)
	}
	if got := list(t, b, ""); len(got) != 1 {
		t.Errorf("list: %q", got)
	}
}

// A connection that is older than a failover goes to a server that has become
// a replica since.
func TestDemotedPrimaryDoesNotAnswer(t *testing.T) {
	t.Parallel()
	b, raw, server := start(t, "--repl-diskless-sync-delay", "0")
	next := servers.Redis(t)
	acquire(t, b, want("data"))
	host, port, _ := net.SplitHostPort(next.Addr)
	must(t, raw.ReplicaOf(testContext(t), host, port))
	refusesAll(t, server, "READONLY")
	if _, err := b.Current(testContext(t), "data"); !errors.Is(err, sdk.ErrUnavailable) {
		t.Fatalf("current over the old connection: %v", err)
	}
}
