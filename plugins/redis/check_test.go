package redis

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// reliable are settings that lose no lock.
var reliable = []string{"--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction"}

func TestCheckOfAReliableServer(t *testing.T) {
	b, raw, server := start(t, reliable...)
	spotless(t, b, "version", "mode", "role", "persistence", "eviction", "replication", "clock")
	if n := must(t, raw.DBSize(testContext(t))); n != 0 {
		t.Errorf("the check wrote %d keys", n)
	}
	finds(t, openAt(t, Config{URL: server.URL}), sdk.LevelOK, "version", "Redis ")
}

// TestCheckFindsSettingsThatLoseLocks turns one setting after the other bad.
func TestCheckFindsSettingsThatLoseLocks(t *testing.T) {
	b, raw, _ := start(t, reliable...)
	for _, c := range []struct {
		settings string
		level    sdk.Level
		about    string
		part     string
	}{
		{"maxmemory-policy allkeys-lru", sdk.LevelWarning, "eviction", "maxmemory-policy noeviction"},
		{"maxmemory-policy allkeys-lru maxmemory 100mb", sdk.LevelError, "eviction", "allkeys-lru; 0 keys went"},
		{"maxmemory-policy volatile-ttl maxmemory 100mb", sdk.LevelError, "eviction", "100 MiB"},
		{"maxmemory 1mb", sdk.LevelWarning, "memory", "raise maxmemory"},
		{"appendfsync everysec", sdk.LevelWarning, "persistence", "appendfsync always"},
		{"appendonly no", sdk.LevelWarning, "persistence", "a restart loses all locks;"},
		{"appendonly no save 60", sdk.LevelWarning, "persistence", "since the last one"},
		{"min-replicas-to-write 1", sdk.LevelError, "replication", "only 0 keep up"},
	} {
		fields := strings.Fields(strings.Replace(c.settings, "save 60", "save 60_1", 1))
		var was []string
		for i := 0; i < len(fields); i += 2 {
			was = append(was, fields[i], must(t, raw.ConfigGet(testContext(t), fields[i]))[fields[i]])
			must(t, raw.ConfigSet(testContext(t), fields[i], strings.ReplaceAll(fields[i+1], "_", " ")))
		}
		finds(t, b, c.level, c.about, c.part)
		for i := 0; i < len(was); i += 2 {
			must(t, raw.ConfigSet(testContext(t), was[i], was[i+1]))
		}
	}
	eventually(t, 20*time.Second, "the append-only file is there again", func() bool {
		return !strings.Contains(must(t, raw.Info(testContext(t), "persistence")), "aof_rewrite_in_progress:1")
	})
	spotless(t, b)
}

func TestCheckOfAFailedSnapshot(t *testing.T) {
	b, raw, server := start(t)
	if err := os.Mkdir(filepath.Join(server.Dir, "dump.rdb"), 0o700); err != nil {
		t.Fatal(err)
	}
	must(t, raw.ConfigSet(testContext(t), "save", "3600 1"))
	must(t, raw.BgSave(testContext(t)))
	eventually(t, 20*time.Second, "the snapshot fails", func() bool {
		return has(checked(t, b), sdk.LevelError, "persistence", "the last snapshot failed")
	})
}

func TestCheckOfReplication(t *testing.T) {
	t.Parallel()
	b, raw, server := start(t, append(reliable, "--repl-diskless-sync-delay", "0")...)
	replica := servers.Redis(t)
	follow(t, client(t, replica), server.Addr)
	finds(t, b, sdk.LevelWarning, "replication", "1 replicas, but a lock is granted before they have it")
	must(t, raw.ConfigSet(testContext(t), "min-replicas-to-write", "1"))
	eventually(t, 20*time.Second, "the replica counts", func() bool {
		return has(checked(t, b), sdk.LevelOK, "replication", "a lock needs 1 that are at most 10 s behind")
	})
	finds(t, openAt(t, Config{URL: replica.URL}), sdk.LevelError, "role", `give the primary in "url"`)
}

// TestCheckWithoutRights: who may take locks need not be allowed to look at the
// settings. That is said, and nothing is taken for well.
func TestCheckWithoutRights(t *testing.T) {
	_, raw, server := start(t)
	addUser(t, raw, allowed)
	b := openAt(t, Config{URL: withUser(server.URL), Prefix: "app:"})
	finds(t, b, sdk.LevelWarning, "settings", "the server refuses INFO, CONFIG GET: check")
	finds(t, b, sdk.LevelOK, "clock", "")
	if n := len(checked(t, b)); n != 2 {
		t.Errorf("%d findings", n)
	}
	addUser(t, raw, allowed+" +info")
	finds(t, b, sdk.LevelWarning, "settings", "the server refuses CONFIG GET:")
	finds(t, b, sdk.LevelOK, "eviction", "noeviction")
	must(t, raw.ConfigSet(testContext(t), "appendonly", "yes"))
	finds(t, b, sdk.LevelWarning, "persistence", "appendfsync cannot be seen")
	addUser(t, raw, allowed+" +info +config|get")
	if findings := checked(t, b); has(findings, sdk.LevelWarning, "settings", "") {
		t.Errorf("found %v", findings)
	}
}

// TestCheckOfRenamedCommands is about services that hide them.
func TestCheckOfRenamedCommands(t *testing.T) {
	b, _, _ := start(t, "--rename-command", "CONFIG", "")
	finds(t, b, sdk.LevelWarning, "settings", "the server refuses CONFIG GET:")
}

func TestCheckOfAServerThatCannotBeAsked(t *testing.T) {
	b, raw, server := start(t)
	must(t, raw.ConfigSet(testContext(t), "requirepass", "0p3n"))
	_, err := b.Check(testContext(t))
	if !errors.Is(err, sdk.ErrRefused) {
		t.Errorf("without a password: %v", err)
	}
	contains(t, err, "NOAUTH", `"url"`)
	server.Stop()
	findings, err := b.Check(testContext(t))
	if !errors.Is(err, sdk.ErrUnavailable) || len(findings) > 0 {
		t.Errorf("down: %v, %v", findings, err)
	}
	contains(t, err, server.Addr)
}

// TestCheckEndsWithItsContext, whatever is frozen.
func TestCheckEndsWithItsContext(t *testing.T) {
	t.Parallel()
	server := servers.Redis(t)
	sentinel := startSentinel(t, server.Addr, 1)
	if err := errors.Join(server.Pause(), sentinel.Pause()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []Config{{URL: server.URL}, {URL: sentinelURL(sentinel), Mode: "sentinel"}, {URL: server.URL, Mode: "cluster"}} {
		ctx, cancel := context.WithTimeout(testContext(t), time.Second)
		promptly(t, func() {
			if _, err := openAt(t, c).Check(ctx); !errors.Is(err, sdk.ErrUnavailable) {
				t.Errorf("mode %q: %v", c.Mode, err)
			}
		})
		cancel()
	}
}

func TestCheckOfSentinels(t *testing.T) {
	t.Parallel()
	primary := servers.Redis(t, reliable...)
	var all []*servers.RedisServer
	for range 3 {
		all = append(all, startSentinel(t, primary.Addr, 2))
	}
	open := func(sentinels ...*servers.RedisServer) sdk.Backend {
		return openAt(t, Config{URL: sentinelURL(sentinels...), Mode: "sentinel"})
	}
	eventually(t, 30*time.Second, "the Sentinels know each other", func() bool {
		return has(checked(t, open(all[0])), sdk.LevelWarning, "sentinels", `there are 3 Sentinels, but "url" names 1`)
	})
	spotless(t, open(all...), "sentinels", "role", "persistence")
	finds(t, open(all...), sdk.LevelOK, "sentinels", "3 of 3 Sentinels name "+primary.Addr)
	finds(t, open(all[0]), sdk.LevelWarning, "sentinels", "run three or more")
	watching := func(rights ...any) []sdk.Finding {
		must(t, client(t, all[0]).Do(testContext(t), append([]any{"ACL", "SETUSER", "watcher", "on", ">w4tch", "+sentinel|get-master-addr-by-name"}, rights...)...))
		return checked(t, openAt(t, Config{URL: strings.Replace(sentinelURL(all[0]), "://", "://watcher:w4tch@", 1), Mode: "sentinel"}))
	}
	if findings := watching(); has(findings, sdk.LevelWarning, "sentinels", "there are 3") || !has(findings, sdk.LevelWarning, "sentinels", "run three or more") {
		t.Errorf("with the least rights: %v", findings)
	}
	if findings := watching("+sentinel|master"); !has(findings, sdk.LevelWarning, "sentinels", "there are 3") {
		t.Errorf("with a right more: %v", findings)
	}
	stale := startSentinel(t, servers.Redis(t).Addr, 1)
	finds(t, open(all[0], all[1], stale), sdk.LevelWarning, "sentinels", "2 of 3 Sentinels name "+primary.Addr+" as the primary ("+stale.Addr+" names ")
	all[2].Stop()
	finds(t, open(all...), sdk.LevelWarning, "sentinels", all[2].Addr+": ")
	if findings, err := open(all[0], stale).Check(testContext(t)); !errors.Is(err, sdk.ErrUnavailable) || !has(findings, sdk.LevelError, "sentinels", "1 of 2 Sentinels") {
		t.Errorf("no majority: %v, %v", findings, err)
	}
}

func TestCheckOfACluster(t *testing.T) {
	t.Parallel()
	c := startCluster(t, append(reliable, "--cluster-require-full-coverage", "no")...)
	b := openAt(t, Config{URL: c.url, Mode: "cluster"})
	spotless(t, b, "cluster", "mode", "persistence")
	finds(t, b, sdk.LevelOK, "cluster", "3 primaries have all slots")
	finds(t, openAt(t, Config{URL: c.nodes[0].URL}), sdk.LevelError, "mode", "write mode = cluster")

	must(t, c.clients[1].ConfigSet(testContext(t), "maxmemory-policy", "allkeys-lru"))
	finds(t, b, sdk.LevelWarning, "eviction", "noeviction ("+c.nodes[1].Addr+")")
	must(t, c.clients[1].ConfigSet(testContext(t), "maxmemory-policy", "noeviction"))
	must(t, c.clients[2].ConfigSet(testContext(t), "cluster-require-full-coverage", "yes"))
	finds(t, b, sdk.LevelWarning, "cluster", "set cluster-require-full-coverage no ("+c.nodes[2].Addr+")")

	c.nodes[1].Stop()
	eventually(t, 30*time.Second, "the others notice", func() bool {
		findings, err := openAt(t, Config{URL: c.url, Mode: "cluster"}).Check(testContext(t))
		return err == nil && has(findings, sdk.LevelError, "cluster", "have failed") && has(findings, sdk.LevelError, "nodes", c.nodes[1].Addr)
	})
}

// TestCheckOfOtherVersions is about servers that are not here.
func TestCheckOfOtherVersions(t *testing.T) {
	for _, c := range []struct {
		info  string
		level sdk.Level
		part  string
	}{
		{"redis_version:5.0.14", sdk.LevelError, "Redis 5.0.14 is too old"},
		{"redis_version:6.0.0", sdk.LevelOK, "Redis 6.0.0"},
		{"redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.0", sdk.LevelOK, "valkey 8.1.0, like Redis 7.2.4"},
		{"role:master", sdk.LevelWarning, "does not tell its version"},
	} {
		p := portrait{info: fields(c.info)}
		if f := p.version(); f.Level != c.level || !strings.Contains(f.Message, c.part) {
			t.Errorf("%q: %+v", c.info, f)
		}
	}
	old := portrait{info: fields("redis_version:6.2.0\r\nrole:master\r\nconnected_slaves:1\r\nmin_slaves_good_slaves:1"), config: map[string]string{"min-replicas-to-write": "1"}}
	if f := old.replication(); len(f) != 1 || f[0].Level != sdk.LevelWarning {
		t.Errorf("min-replicas-to-write of Redis 6: %+v", f)
	}
}

// TestCheckOfAnotherClock: no lease depends on this machine's, but what is shown does.
func TestCheckOfAnotherClock(t *testing.T) {
	now := time.Now()
	p := portrait{time: now.Add(-time.Hour), sent: now, received: now}
	if f := p.clock(); f.Level != sdk.LevelWarning || !strings.Contains(f.Message, "1h0m0s ahead") {
		t.Errorf("%+v", f)
	}
}
