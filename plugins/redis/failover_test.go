package redis

import (
	"errors"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// A replicaSet is a primary with two replicas, and three Sentinels of which two
// must agree to put one in its place.
type replicaSet struct {
	nodes     []*servers.RedisServer // the first primary first
	clients   []*goredis.Client
	sentinels []*servers.RedisServer
	url       string
}

func startReplicaSet(t *testing.T, args ...string) *replicaSet {
	t.Helper()
	set := &replicaSet{}
	args = append([]string{"--repl-diskless-sync-delay", "0"}, args...)
	for range 3 {
		node := servers.Redis(t, args...)
		set.nodes, set.clients = append(set.nodes, node), append(set.clients, client(t, node))
	}
	for _, replica := range set.clients[1:] {
		follow(t, replica, set.primary().Addr)
	}
	for range 3 {
		set.sentinels = append(set.sentinels, startSentinel(t, set.primary().Addr, 2))
	}
	for _, sentinel := range set.sentinels {
		eventually(t, 20*time.Second, "the Sentinels find each other and the replicas", func() bool {
			known := must(t, sentinelClient(t, sentinel).Master(testContext(t), "locks"))
			return known["num-slaves"] == "2" && known["num-other-sentinels"] == "2"
		})
	}
	set.url = sentinelURL(set.sentinels...)
	return set
}

func (s *replicaSet) primary() *servers.RedisServer { return s.nodes[0] }

// open returns a backend of its own on the set.
func (s *replicaSet) open(t *testing.T) sdk.Backend {
	return openAt(t, Config{URL: s.url, Mode: "sentinel"})
}

// copied waits until both replicas have what the primary has.
func (s *replicaSet) copied(t *testing.T) {
	t.Helper()
	awaitCopies(t, s.clients[0], 2)
}

// A failover that was asked for, and one after the primary's death. A lock that
// the replicas had is there throughout, and nobody is told otherwise.
func TestFailoverKeepsAReplicatedLock(t *testing.T) {
	for name, begin := range map[string]func(*testing.T, *replicaSet){
		"asked for": func(t *testing.T, set *replicaSet) {
			must(t, sentinelClient(t, set.sentinels[0]).Failover(testContext(t), "locks"))
		},
		"killed": func(_ *testing.T, set *replicaSet) { set.primary().Stop() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := startReplicaSet(t)
			b := set.open(t)
			held := acquire(t, b, want("deploy"))
			set.copied(t)
			stop := besiege(t, set, held)
			begin(t, set)
			set.awaitSuccessor(t)
			eventually(t, 20*time.Second, "the lease is renewed", func() bool {
				got, err := b.Renew(testContext(t), sdk.Lease{Resource: "deploy", ID: held.ID, TTL: time.Hour})
				if err == nil {
					same(t, got, held)
				} else if !errors.Is(err, sdk.ErrUnavailable) {
					isUnknown(t, "renew", err)
				}
				return err == nil
			})
			stop()
			if name == "asked for" {
				eventually(t, 20*time.Second, "the old primary follows", func() bool {
					return strings.Contains(must(t, set.clients[0].Info(testContext(t), "replication")), "role:slave")
				})
				refusesAll(t, set.primary(), "READONLY")
			}
			release(t, b, held)
			if again := acquire(t, b, want("deploy")); again.Fence <= held.Fence {
				t.Errorf("fence went from %d to %d", held.Fence, again.Fence)
			}
		})
	}
}

// besiege has others ask for a held lock until the function that it returns is
// called, and until each was answered both before and after. Every answer that
// they get must be that it is held.
func besiege(t *testing.T, set *replicaSet, held sdk.Lease) (stop func()) {
	t.Helper()
	b := set.open(t)
	acquires := repeatedly(t, "acquire", func() error {
		got, err := b.Acquire(testContext(t), want("deploy"))
		if err == nil {
			t.Errorf("a held lock was granted: %+v", got)
		}
		other, ok := errors.AsType[*sdk.HeldError](err)
		if !ok {
			return err
		}
		same(t, other.Lease, held)
		return nil
	})
	reads := repeatedly(t, "current", func() error {
		got, err := b.Current(testContext(t), "deploy")
		if err == nil {
			same(t, got, held)
		}
		return err
	})
	return func() {
		acquires()
		reads()
	}
}

// repeatedly tries something until the function that it returns is called. It
// is certain that it was answered before this returns, and again after that
// function was called. Without an answer, the error must not be a refusal.
func repeatedly(t *testing.T, what string, try func() error) (stop func()) {
	t.Helper()
	var trying sync.WaitGroup
	var answers atomic.Int64
	ended := make(chan struct{})
	trying.Go(func() {
		for {
			switch err := try(); {
			case err == nil:
				answers.Add(1)
			case !errors.Is(err, sdk.ErrUnavailable):
				isUnknown(t, what, err)
			}
			select {
			case <-ended:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
	more := func() {
		seen := answers.Load()
		eventually(t, 20*time.Second, what+" is answered", func() bool { return answers.Load() > seen+1 })
	}
	more()
	return func() {
		more()
		close(ended)
		trying.Wait()
	}
}

// awaitSuccessor waits until most Sentinels name another primary.
func (s *replicaSet) awaitSuccessor(t *testing.T) {
	t.Helper()
	_, old, _ := net.SplitHostPort(s.primary().Addr)
	eventually(t, 20*time.Second, "there is a new primary", func() bool {
		moved := 0
		for _, sentinel := range s.sentinels {
			if addr := must(t, sentinelClient(t, sentinel).GetMasterAddrByName(testContext(t), "locks")); addr[1] != old {
				moved++
			}
		}
		return moved >= 2
	})
}

// cutReplication has the primary lose its replicas, which are frozen meanwhile
// and so cannot come back: what it acknowledges from now on, it alone has.
func (s *replicaSet) cutReplication(t *testing.T) {
	t.Helper()
	for _, replica := range s.nodes[1:] {
		if err := replica.Pause(); err != nil {
			t.Fatal(err)
		}
	}
	must(t, s.clients[0].ClientKillByFilter(testContext(t), "TYPE", "replica"))
	eventually(t, 20*time.Second, "the primary has no replicas", func() bool {
		return strings.Contains(must(t, s.clients[0].Info(testContext(t), "replication")), "connected_slaves:0")
	})
}

// killPrimary lets the replicas go on without it.
func (s *replicaSet) killPrimary(t *testing.T) {
	t.Helper()
	s.primary().Stop()
	for _, replica := range s.nodes[1:] {
		if err := replica.Resume(); err != nil {
			t.Fatal(err)
		}
	}
	s.awaitSuccessor(t)
}

// Redis acknowledges before the replicas have it. This is what its users are
// told can lose a lock; a fence makes it harmless to whoever checks it.
func TestUnreplicatedLockIsLostAtFailover(t *testing.T) {
	t.Parallel()
	set := startReplicaSet(t)
	b := set.open(t)
	set.cutReplication(t)
	lost := acquire(t, b, want("deploy"))
	set.killPrimary(t)

	b = set.open(t)
	var next sdk.Lease
	eventually(t, 20*time.Second, "the lock is taken by another", func() (ok bool) {
		var err error
		next, err = b.Acquire(testContext(t), want("deploy"))
		return err == nil
	})
	if next.Fence <= lost.Fence {
		t.Errorf("fence went from %d to %d", lost.Fence, next.Fence)
	}
	if _, err := b.Renew(testContext(t), lost); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("renew of the lost lease: %v", err)
	}
}

// The server setting that prevents it, but for what min-replicas-max-lag allows.
func TestMinReplicasRefusesALockThatWouldBeLost(t *testing.T) {
	t.Parallel()
	set := startReplicaSet(t, "--min-replicas-to-write", "1")
	b := set.open(t)
	kept := acquire(t, b, want("kept"))
	set.copied(t)
	set.cutReplication(t)
	_, err := b.Acquire(testContext(t), want("deploy"))
	if !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("error = %v", err)
	}
	contains(t, err, "NOREPLICAS")
	set.killPrimary(t)

	b = set.open(t)
	eventually(t, 20*time.Second, "the lock is renewed on the new primary", func() bool {
		_, err := b.Renew(testContext(t), kept)
		return err == nil
	})
}
