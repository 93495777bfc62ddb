package redis

import (
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// startSentinel starts one that looks more often than usual, so that tests do
// not have to wait for it.
func startSentinel(t *testing.T, primary string, quorum int, lines ...string) *servers.RedisServer {
	t.Helper()
	sentinel := servers.RedisSentinel(t, "locks", primary, quorum, append(lines,
		"sentinel down-after-milliseconds locks 1000", "sentinel failover-timeout locks 1500")...)
	must(t, client(t, sentinel).Do(testContext(t), "SENTINEL", "DEBUG",
		"info-period", 200, "publish-period", 200, "ask-period", 200, "ping-period", 200))
	return sentinel
}

func sentinelClient(t *testing.T, sentinel *servers.RedisServer) *goredis.SentinelClient {
	c := goredis.NewSentinelClient(&goredis.Options{Addr: sentinel.Addr, Protocol: 2})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func sentinelURL(sentinels ...*servers.RedisServer) string {
	url := sentinels[0].URL + "?master_name=locks"
	for _, sentinel := range sentinels[1:] {
		url += "&addr=" + sentinel.Addr
	}
	return url
}

func TestSentinel(t *testing.T) {
	primary := servers.Redis(t)
	sentinel := startSentinel(t, primary.Addr, 1)
	b := openAt(t, Config{URL: sentinelURL(sentinel) + "&replica_only=true&db=2", Mode: "sentinel"})
	everyOperation(t, b, "deploy")
	acquire(t, b, want("deploy"))
	must(t, client(t, primary).Do(testContext(t), "SWAPDB", 0, 2))
	if n := must(t, client(t, primary).Exists(testContext(t), "deploy")); n != 1 {
		t.Error("the lock is not in the primary's database 2")
	}
}

func TestSentinelThatDoesNotKnowThePrimary(t *testing.T) {
	sentinel := startSentinel(t, servers.Redis(t).Addr, 1)
	url := sentinel.URL + "?master_name=other&password=s3cr3t"
	_, err := openAt(t, Config{URL: url, Mode: "sentinel"}).Acquire(testContext(t), want("deploy"))
	isConfig(t, err, "url")
	contains(t, err, "master_name=other", "sentinel "+sentinel.Addr+" (other)")
	if strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("error = %v", err)
	}
}

// A Sentinel that is frozen, or gone, stops nobody while most are well.
func TestMostSentinelsSuffice(t *testing.T) {
	t.Parallel()
	primary := servers.Redis(t)
	var sentinels []*servers.RedisServer
	for range 3 {
		sentinels = append(sentinels, startSentinel(t, primary.Addr, 2))
	}
	url := sentinelURL(sentinels...)
	if err := sentinels[0].Pause(); err != nil {
		t.Fatal(err)
	}
	promptly(t, func() {
		everyOperation(t, openAt(t, Config{URL: url, Mode: "sentinel"}), "frozen")
	})
	sentinels[0].Stop()
	everyOperation(t, openAt(t, Config{URL: url, Mode: "sentinel"}), "gone")

	sentinels[1].Stop()
	_, err := openAt(t, Config{URL: url, Mode: "sentinel"}).Acquire(testContext(t), want("deploy"))
	if !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("with one of three: %v", err)
	}
	contains(t, err, "of 3 sentinels only 1 name a primary (sentinel 127.0.0.1:", "connection refused", `"url"`)

	sentinels[2].Stop()
	_, err = openAt(t, Config{URL: url, Mode: "sentinel"}).Current(testContext(t), "deploy")
	if !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("without any: %v", err)
	}
	contains(t, err, "of 3 sentinels only 0 name a primary", sentinels[0].Addr, sentinels[1].Addr, sentinels[2].Addr)
}

// One Sentinel that is cut off with an old primary, which does not know that it
// has been replaced, leads nobody there. A Sentinel that is named twice has one
// vote all the same.
func TestOneSentinelDoesNotDecide(t *testing.T) {
	t.Parallel()
	old, next := servers.Redis(t), servers.Redis(t)
	stale := startSentinel(t, old.Addr, 1)
	one, two := startSentinel(t, next.Addr, 1), startSentinel(t, next.Addr, 1)
	for range 10 {
		b := openAt(t, Config{URL: sentinelURL(stale, one, two), Mode: "sentinel"})
		lease := acquire(t, b, want("deploy"))
		release(t, b, lease)
	}
	for _, url := range []string{sentinelURL(stale, one), sentinelURL(stale, stale, one)} {
		_, err := openAt(t, Config{URL: url, Mode: "sentinel"}).Acquire(testContext(t), want("deploy"))
		if !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("one against one: %v", err)
		}
		contains(t, err, "do not agree", stale.Addr, one.Addr, "try again")
	}
	if n := must(t, client(t, old).DBSize(testContext(t))); n != 0 {
		t.Errorf("the old primary was given %d keys", n)
	}
}

// A connection is not used for long without asking the Sentinels.
func TestConnectionToAnOldPrimaryIsGivenUp(t *testing.T) {
	t.Parallel()
	old, next := servers.Redis(t), servers.Redis(t)
	sentinel := startSentinel(t, old.Addr, 1)
	b := openAt(t, Config{URL: sentinelURL(sentinel), Mode: "sentinel"})
	acquire(t, b, want("deploy"))
	host, port, _ := net.SplitHostPort(next.Addr)
	must(t, sentinelClient(t, sentinel).Remove(testContext(t), "locks"))
	must(t, sentinelClient(t, sentinel).Monitor(testContext(t), "locks", host, port, "1"))
	for end := time.Now().Add(staleAfter); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		_, _ = b.Current(testContext(t), "deploy") // use does not keep it
	}
	if _, err := b.Current(testContext(t), "deploy"); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("current: %v, of the old primary", err)
	}
}

// The Sentinels have users and passwords of their own.
func TestSentinelsPermissions(t *testing.T) {
	t.Parallel()
	primary := servers.Redis(t)
	addUser(t, client(t, primary), allowed)
	sentinel := startSentinel(t, primary.Addr, 1)
	users := client(t, sentinel)
	must(t, users.Do(testContext(t), "ACL", "SETUSER", "watcher", "on", ">w4tch", "+sentinel|get-master-addr-by-name"))
	must(t, users.Do(testContext(t), "ACL", "SETUSER", "nobody", "on", ">n0body"))
	url := func(watcher, user string) string {
		return strings.Replace(sentinelURL(sentinel), "://", "://"+watcher+"@", 1) + user
	}
	const user = "&username=lock&password=s3cr3t"
	everyOperation(t, openAt(t, Config{URL: url("watcher:w4tch", user), Mode: "sentinel", Prefix: "app:"}), "deploy")

	must(t, users.Do(testContext(t), "ACL", "SETUSER", "default", ">0p3n", "resetpass", ">0p3n"))
	for _, c := range []struct{ url, where, text string }{
		{url("watcher:wr0ng", user), "sentinel " + sentinel.Addr, "WRONGPASS"},
		{url("nobody:n0body", user), "sentinel " + sentinel.Addr, "NOPERM"},
		{sentinelURL(sentinel) + user, "sentinel " + sentinel.Addr, "NOAUTH"},
		{url("watcher:w4tch", "&username=lock&password=wr0ng"), "(locks)", "WRONGPASS"},
	} {
		_, err := openAt(t, Config{URL: c.url, Mode: "sentinel", Prefix: "app:"}).Acquire(testContext(t), want("deploy"))
		if !errors.Is(err, sdk.ErrRefused) {
			t.Errorf("%s: %v", c.url, err)
		}
		contains(t, err, "redis at", c.where, c.text, `"url"`)
		for _, password := range []string{"wr0ng", "s3cr3t", "n0body", "w4tch"} {
			if strings.Contains(err.Error(), password) {
				t.Errorf("a password is shown: %v", err)
			}
		}
	}
}
