package etcd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// A trio is a cluster of three members.
type trio []*servers.EtcdServer

func newTrio(t *testing.T) trio { return servers.EtcdCluster(t, 3) }

func (c trio) urls() []string {
	urls := make([]string, len(c))
	for i, m := range c {
		urls[i] = m.URL
	}
	return urls
}

func (c trio) open(t *testing.T, extra ...option) *backend {
	t.Helper()
	return openAt(t, Config{Endpoints: strings.Join(c.urls(), ",")}, extra...)
}

// split returns the leader, as its followers know it, and the followers.
func (c trio) split(t *testing.T) (leader *servers.EtcdServer, followers trio) {
	t.Helper()
	raw := client(t, c.urls()...)
	eventually(t, 20*time.Second, "the members agree on a leader", func() bool {
		leader, followers = nil, nil
		for _, m := range c {
			status, err := raw.Status(testContext(t), m.URL)
			switch {
			case err != nil || status.Leader == 0:
				return false
			case status.Leader == status.Header.MemberId:
				leader = m
			default:
				followers = append(followers, m)
			}
		}
		return leader != nil && len(followers) == len(c)-1
	})
	return leader, followers
}

func TestOneOfThreeDown(t *testing.T) {
	t.Parallel()
	c := newTrio(t)
	_, followers := c.split(t)
	followers[0].Stop()
	for _, order := range [][]int{{0, 1, 2}, {1, 2, 0}, {2, 0, 1}} {
		b := trio{c[order[0]], c[order[1]], c[order[2]]}.open(t)
		for range 3 {
			within(t, 15*time.Second, func() { everyOperation(t, b) })
		}
	}
}

// A member that has lost the others says so, and soon. It does not tell what it
// remembers.
func TestMemberThatIsCutOffDoesNotAnswer(t *testing.T) {
	t.Parallel()
	c := newTrio(t)
	b := openAt(t, Config{Endpoints: c[0].URL})
	held := acquire(t, b, want("held"))
	same(t, current(t, b, "held"), held)
	c[1].Stop()
	c[2].Stop()
	raw := client(t, c[0].URL)
	eventually(t, 20*time.Second, "the member knows that it is alone", func() bool {
		status, err := raw.Status(testContext(t), c[0].URL)
		return err == nil && status.Leader == 0
	})
	for name, operate := range everything() {
		promptly(t, func() {
			err := operate(testContext(t), b)
			if !errors.Is(err, sdk.ErrUnavailable) {
				t.Errorf("%s: %v", name, err)
			}
			contains(t, err, "no leader", "no lock was changed", c[0].URL)
		})
	}
	if err := c[1].Restart(); err != nil {
		t.Fatal(err)
	}
	eventually(t, 20*time.Second, "the lock is seen again", func() bool {
		got, err := b.Current(testContext(t), "held")
		return err == nil && got.ID == held.ID && got.Fence == held.Fence
	})
}

// A leader that was frozen believes for a moment that it still is the leader.
func TestLeaderThatWasFrozenDoesNotAnswerFromThePast(t *testing.T) {
	t.Parallel()
	c := newTrio(t)
	leader, followers := c.split(t)
	old := openAt(t, Config{Endpoints: leader.URL})
	lease := acquire(t, old, want("deploy"))
	pause(t, leader)
	rest := followers.open(t)
	eventually(t, 20*time.Second, "the others have another leader", func() bool {
		ctx, cancel := context.WithTimeout(testContext(t), 2*time.Second)
		defer cancel()
		return rest.Release(ctx, lease) == nil
	})
	next := acquire(t, rest, want("deploy"))
	var asking sync.WaitGroup
	for range 20 {
		asking.Go(func() {
			got, err := old.Current(testContext(t), "deploy")
			if err == nil && got.ID != next.ID || errors.Is(err, sdk.ErrNotHeld) {
				t.Errorf("the past: %+v, %v", got, err)
			}
		})
		asking.Go(func() {
			if _, err := old.Acquire(testContext(t), want("deploy")); err == nil {
				t.Error("granted twice")
			}
		})
	}
	time.Sleep(50 * time.Millisecond)
	if err := leader.Resume(); err != nil {
		t.Fatal(err)
	}
	asking.Wait()
	same(t, current(t, rest, "deploy"), next)
}

// recovery is how long a cluster may take to take locks again when it has lost
// its leader: an election, and requests that were sent to the dead leader and
// time out.
const recovery = 15 * time.Second

// The leader is killed under load. The locks stay; nobody is told what is not
// true; nothing is granted twice; locks are taken again soon; and no etcd leases
// are left over.
func TestLosingTheLeader(t *testing.T) {
	t.Parallel()
	c := newTrio(t)
	leader, followers := c.split(t)
	b := c.open(t)
	long := want("long")
	long.TTL = time.Hour
	held := acquire(t, b, long)

	var workers sync.WaitGroup
	stop := make(chan struct{})
	var granted grants
	for i := range 6 {
		workers.Go(func() {
			own := c.open(t)
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
					granted.try(t, own, fmt.Sprintf("r%d", i%2))
				}
			}
		})
	}
	time.Sleep(300 * time.Millisecond)
	leader.Stop()
	killed := time.Now()
	eventually(t, recovery, "locks are taken again", func() bool { return granted.since(killed.Add(time.Second)) > 20 })
	close(stop)
	workers.Wait()

	granted.check(t, b)
	same(t, current(t, b, "long"), held)
	raw := client(t, followers.urls()...)
	eventually(t, brief*4, "only the lease of the lock that stays is left", func() bool {
		ids := leases(t, raw)
		return len(ids) == 1 && showID(int64(ids[0])) == held.ID
	})
}

// brief is the TTL under load. An election gives each lease its whole time
// again.
const brief = 5 * time.Second

// grants is what callers were told.
type grants struct {
	mu     sync.Mutex
	inside map[string]string // who believes to hold a resource
	fences map[string]uint64
	at     []time.Time
	tried  map[string]sdk.Lease // that certainly took nothing, by id
}

// try takes a lock and gives it back. Whoever does not know whether it did
// believes to hold it no longer than the lease lasts, which no other grant may
// come before; here that is left to the fences.
func (g *grants) try(t *testing.T, b *backend, resource string) {
	w := want(resource)
	w.TTL = brief
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	lease, err := b.Acquire(ctx, w)
	if err != nil {
		g.failed(w, err)
		time.Sleep(5 * time.Millisecond)
		return
	}
	g.enter(t, lease)
	time.Sleep(5 * time.Millisecond)
	g.leave(lease)
	if err := b.Release(ctx, lease); errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("lost a lease of %s right after it was granted: %+v", brief, lease)
	}
}

func (g *grants) enter(t *testing.T, lease sdk.Lease) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.inside == nil {
		g.inside, g.fences = make(map[string]string), make(map[string]uint64)
	}
	if other := g.inside[lease.Resource]; other != "" {
		t.Errorf("%s is granted to %s and %s", lease.Resource, other, lease.ID)
	}
	if last := g.fences[lease.Resource]; lease.Fence <= last {
		t.Errorf("%s: fence %d after %d", lease.Resource, lease.Fence, last)
	}
	g.inside[lease.Resource], g.fences[lease.Resource] = lease.ID, lease.Fence
	g.at = append(g.at, time.Now())
}

func (g *grants) leave(lease sdk.Lease) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.inside, lease.Resource)
}

func (g *grants) failed(w sdk.Lease, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.tried == nil {
		g.tried = make(map[string]sdk.Lease)
	}
	if isCertain(err) {
		g.tried[w.ID] = w
	}
}

// since returns how many grants there were since a moment.
func (g *grants) since(moment time.Time) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.at) - slices.IndexFunc(append(slices.Clone(g.at), time.Now()), moment.Before)
}

// check looks for locks of which it was said that they were certainly not taken.
func (g *grants) check(t *testing.T, b *backend) {
	t.Helper()
	for _, name := range list(t, b, "") {
		held, err := b.read(testContext(t), b.place(name))
		if _, certain := g.tried[held.asked]; certain || err != nil {
			t.Errorf("%s is held by %s, which was told that it took nothing; %v", name, held.asked, err)
		}
	}
	t.Logf("%d grants, %d acquires that certainly took nothing", len(g.at), len(g.tried))
}

// The keys of a lock and the lock's etcd lease survive the members.
func TestLocksSurviveARestartOfAllMembers(t *testing.T) {
	t.Parallel()
	c := newTrio(t)
	b := c.open(t)
	held := acquire(t, b, want("held"))
	for _, m := range c {
		m.Stop()
	}
	var starting sync.WaitGroup
	for _, m := range c {
		starting.Go(func() {
			if err := m.Restart(); err != nil {
				t.Error(err)
			}
		})
	}
	starting.Wait()
	eventually(t, 20*time.Second, "the lock is seen again", func() bool {
		got, err := b.Current(testContext(t), "held")
		return err == nil && got.ID == held.ID && got.Fence == held.Fence
	})
	if _, err := b.Acquire(testContext(t), want("held")); !errors.Is(err, sdk.ErrHeld) {
		t.Errorf("acquire: %v", err)
	}
	release(t, b, held)
	if ids := leases(t, client(t, c.urls()...)); !slices.Equal(ids, []clientv3.LeaseID(nil)) {
		t.Errorf("etcd leases are left: %x", ids)
	}
}
