package servers

import (
	"bufio"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Some servers take seconds to start. Tests that do not mind company share one:
// the one that `make servers` keeps running, or else one for the whole test
// binary, which the package's TestMain stops:
//
//	func TestMain(m *testing.M) { os.Exit(servers.Main(m)) }
//
// What tests put there must not meet: each takes a database, a table or a
// prefix of its own.

// sharing holds the servers that this process started for all of its tests.
var sharing struct {
	sync.Mutex
	servers map[string]*sharedServer
}

type sharedServer struct {
	address string
	stop    func()
	err     error
}

// Main runs a package's tests and then stops the servers that they shared.
func Main(m *testing.M) int {
	defer stopShared()
	return m.Run()
}

func stopShared() {
	sharing.Lock()
	defer sharing.Unlock()
	for _, server := range sharing.servers {
		if server.stop != nil {
			server.stop()
		}
	}
	sharing.servers = nil
}

// startShared starts a server in a directory and returns its URL.
type startShared = func(dir string) (url string, stop func(), err error)

// shareable are the servers that can be shared, by name.
var shareable = map[string]startShared{
	"dynamodb": toShare(StartDynamoDB, func(s *DynamoDBServer) string { return s.URL }),
	"etcd":     toShare(StartEtcd, func(s *EtcdServer) string { return s.URL }),
	"mysql":    toShare(StartMySQL, func(s *MySQLServer) string { return s.URL }),
	"postgres": toShare(StartPostgres, func(s *PostgresServer) string { return s.URL }),
}

func toShare[Server interface{ Stop() }](start func(dir string, args ...string) (Server, error), at func(Server) string) startShared {
	return func(dir string) (string, func(), error) {
		server, err := start(dir)
		if err != nil {
			return "", nil, err
		}
		return at(server), server.Stop, nil
	}
}

// shared returns the URL of the server with a name, which is started unless it
// runs already.
func shared(t testing.TB, name string) string {
	t.Helper()
	sharing.Lock()
	defer sharing.Unlock()
	if sharing.servers == nil {
		sharing.servers = map[string]*sharedServer{}
	}
	server := sharing.servers[name]
	if server == nil {
		server = newShared(name, shareable[name])
		sharing.servers[name] = server
	}
	if server.err != nil {
		t.Fatal(server.err)
	}
	return server.address
}

func newShared(name string, start startShared) *sharedServer {
	if address, ok := kept(name); ok {
		return &sharedServer{address: address}
	}
	address, stop, err := startApart(name, start)
	return &sharedServer{address: address, stop: stop, err: err}
}

// startApart starts a server in a directory of its own, which goes with it.
func startApart(name string, start startShared) (url string, stop func(), err error) {
	dir, err := os.MkdirTemp("", "stormlock-"+name+"-")
	if err != nil {
		return "", nil, err
	}
	url, end, err := start(dir)
	if err != nil {
		_ = os.RemoveAll(dir)
		return "", nil, err
	}
	return url, func() { end(); _ = os.RemoveAll(dir) }, nil
}

// KeptFile is where `make servers` writes what it keeps running: lines of a
// name and a URL.
func KeptFile() (string, error) {
	dir, err := toolsDir()
	return filepath.Join(dir, "servers"), err
}

// kept returns the address of a server that `make servers` keeps running. One
// that does not answer any more was left over by a crash.
func kept(name string) (address string, ok bool) {
	path, err := KeptFile()
	if err != nil {
		return "", false
	}
	file, err := os.Open(path)
	if err != nil {
		return "", false
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if key, value, _ := strings.Cut(lines.Text(), " "); key == name && listens(value) {
			return value, true
		}
	}
	return "", false
}

func listens(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	conn, err := net.DialTimeout("tcp", u.Host, time.Second)
	if err != nil {
		return false
	}
	return conn.Close() == nil
}

// loopback is the address of a port of this machine.
func loopback(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
