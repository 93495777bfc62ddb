//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/stormlock/stormlock/test/servers"
	"github.com/stormlock/stormlock/test/torture/check"
	"github.com/stormlock/stormlock/test/torture/wire"
)

// backends are those under test, in the order in which they are reported.
var backends = []string{"local", "redis", "etcd", "postgres", "dynamodb"}

// A store is a real server, with the proxy that clients have to go through.
// Many histories run on one, each with resources of its own.
type store struct {
	backend  string
	settings []string    // lines of the backend's section
	proxy    *wire.Proxy // nil if there is none
	server   server      // nil if there is none
	members  []*servers.EtcdServer
	file     *lockFile // of the embedded backend, else nil
	requests int       // that an acquire sends on its connection; the last may take the lock

	// begin takes in what the server still keeps for clients of earlier histories.
	begin func() error
	// leftOver tells what the server still keeps for clients that are gone; ""
	// is nothing. It is told how many acquires met the fault.
	leftOver func(struck int) (string, error)
	stops    []func()
}

// A server is what can be done to any server.
type server interface {
	Pause() error
	Resume() error
	Stop()
	Restart() error
}

func (s *store) stop() {
	for i := len(s.stops) - 1; i >= 0; i-- {
		s.stops[i]()
	}
	s.stops = nil
}

// startStore starts what a fault needs of a backend.
func startStore(backend string, f fault) (_ *store, err error) {
	dir, err := os.MkdirTemp("", "stormlock-torture-"+backend)
	if err != nil {
		return nil, err
	}
	requests := map[string]int{"redis": 3, "etcd": 3, "postgres": 4, "dynamodb": 2}
	s := &store{backend: backend, requests: requests[backend], leftOver: func(int) (string, error) { return "", nil }, begin: func() error { return nil }}
	s.stops = append(s.stops, func() { _ = os.RemoveAll(dir) })
	start := map[string]func(string, fault) error{
		"local": s.local, "redis": s.redis, "etcd": s.etcd, "postgres": s.postgres, "dynamodb": s.dynamodb,
	}[backend]
	if err := start(dir, f); err != nil {
		s.stop()
		return nil, fmt.Errorf("%s: %w", backend, err)
	}
	return s, nil
}

// behind puts a proxy before the server.
func (s *store) behind(server server, addr string) (proxied string, err error) {
	s.server = server
	s.stops = append(s.stops, server.Stop)
	if s.proxy, err = wire.Listen(addr); err != nil {
		return "", err
	}
	s.stops = append(s.stops, func() { _ = s.proxy.Close() })
	return s.proxy.Addr(), nil
}

func (s *store) local(dir string, f fault) error {
	if f.needs == needsDisk {
		unmount, err := mountSmall(dir)
		if err != nil {
			return err
		}
		s.stops = append(s.stops, unmount)
	}
	place := filepath.Join(dir, "state")
	if err := os.Mkdir(place, 0o700); err != nil {
		return err
	}
	s.file = &lockFile{dir: dir, path: filepath.Join(place, "locks.db")}
	s.settings = []string{"path = " + s.file.path}
	return nil
}

// redis keeps its locks as one has to that must not lose any.
func (s *store) redis(dir string, _ fault) error {
	server, err := servers.StartRedis(dir, "--appendonly", "yes", "--appendfsync", "always")
	if err != nil {
		return err
	}
	addr, err := s.behind(server, server.Addr)
	s.settings = []string{"url = redis://" + addr}
	s.leftOver = func(int) (string, error) { return redisClients(server.Addr) }
	return err
}

func (s *store) postgres(dir string, _ fault) error {
	server, err := servers.StartPostgres(dir, "-c", "synchronous_commit=on")
	if err != nil {
		return err
	}
	addr, err := s.behind(server, server.Addr)
	s.settings = []string{"connection = " + strings.Replace(server.URL, server.Addr, addr, 1)}
	s.leftOver = func(int) (string, error) { return postgresClients(server) }
	return err
}

func (s *store) dynamodb(dir string, f fault) error {
	start := servers.StartDynamoDB
	if f.needs == needsRestart {
		start = servers.StartDynamoDBOnDisk
	}
	server, err := start(dir)
	if err != nil {
		return err
	}
	addr, err := s.behind(server, server.Addr)
	s.settings = []string{
		"endpoint = http://" + addr, "region = eu-central-1",
		"access_key_id = torture", "secret_access_key = torture",
	}
	return err
}

// etcd runs alone behind the proxy, or as a cluster of three that clients reach
// directly: which of them leads is not known before.
func (s *store) etcd(dir string, f fault) (err error) {
	n := 1
	if f.needs == needsCluster {
		n = 3
	}
	if s.members, err = servers.StartEtcdCluster(dir, n); err != nil {
		return err
	}
	leases := &strayLeases{url: s.members[0].URL}
	s.begin, s.leftOver = leases.forget, leases.left
	if n == 1 {
		addr, err := s.behind(s.members[0], s.members[0].Addr)
		s.settings = []string{"endpoints = http://" + addr}
		return err
	}
	var urls []string
	for _, member := range s.members {
		s.stops = append(s.stops, member.Stop)
		urls = append(urls, member.URL)
	}
	s.settings = []string{"endpoints = " + strings.Join(urls, ",")}
	return nil
}

// rules are what a backend promises of times, to commands that may take so long;
// docs/backends.md has the sources.
func (s *store) rules(command time.Duration) check.Rules {
	r := s.times(command)
	r.Orphan = 3 * time.Second // the SDK gives a plugin without a host two, and one to close
	return r
}

// bound is how much later than a command ends its requests may come: those of one
// which was killed, at the deadline of its attempt, a third of the time.
func bound(command time.Duration) time.Duration { return command/3 + time.Second }

// exact is for stores that compare times when they are asked.
const exact = 50 * time.Millisecond

func (s *store) times(command time.Duration) check.Rules {
	second := time.Second
	switch s.backend {
	case "redis":
		return check.Rules{Slack: exact, Early: 100 * time.Millisecond, LateBound: bound(command), Fences: true, Clock: true}
	case "postgres":
		return check.Rules{Slack: exact, Early: 100 * time.Millisecond, LateBound: bound(command), Fences: true, Clock: true}
	case "local":
		return check.Rules{Slack: exact, Early: 100 * time.Millisecond, LateBound: bound(command), Fences: true}
	case "etcd": // counts and tells whole seconds, and looks for ended leases twice a second
		return check.Rules{Slack: 3 * second, Early: 100 * time.Millisecond, LateBound: -1, Lingers: true, FixedTTL: true, Fences: true}
	default: // DynamoDB counts whole seconds, and leaves what is over alone for two more
		return check.Rules{Slack: 5 * second, Early: 100 * time.Millisecond, LateBound: -1, RenewRevives: true, Lingers: true, Fences: true}
	}
}
