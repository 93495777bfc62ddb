package servers

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A RedisServer is a running redis-server.
type RedisServer struct {
	*process
	Addr string // 127.0.0.1:PORT
	URL  string // redis://127.0.0.1:PORT
	Dir  string // its data directory

	path string
	args []string
}

// Redis starts a redis-server that lives as long as the test. It keeps nothing
// on disk; extraArgs are appended to its command line.
func Redis(t testing.TB, extraArgs ...string) *RedisServer {
	t.Helper()
	return during(t, "redis", StartRedis, extraArgs)
}

// RedisSentinel starts a Sentinel of its own that watches a primary, given by
// its address, under a name. quorum is how many Sentinels must find the primary
// gone before one of them acts. It lives as long as the test; lines are
// appended to its configuration.
func RedisSentinel(t testing.TB, name, primary string, quorum int, lines ...string) *RedisServer {
	t.Helper()
	dir := shortDir(t, "sentinel")
	server, err := startSentinel(dir, name, primary, quorum, lines)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	return server
}

// StartRedis starts a redis-server whose data directory is dir. The caller
// stops it and removes dir. It keeps nothing on disk unless args say so: of two
// settings the later one counts.
func StartRedis(dir string, args ...string) (*RedisServer, error) {
	fixed := []string{"--bind", "127.0.0.1", "--dir", dir, "--save", "", "--appendonly", "no"}
	return startRedis(dir, append(fixed, args...))
}

// startSentinel writes the configuration file that a Sentinel insists on: it
// keeps its state there.
func startSentinel(dir, name, primary string, quorum int, lines []string) (*RedisServer, error) {
	host, port, _ := strings.Cut(primary, ":")
	lines = append([]string{
		"bind 127.0.0.1",
		"dir " + dir,
		fmt.Sprintf("sentinel monitor %s %s %s %d", name, host, port, quorum),
	}, lines...)
	file := filepath.Join(dir, "sentinel.conf")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		return nil, err
	}
	return startRedis(dir, []string{file, "--sentinel"})
}

func startRedis(dir string, args []string) (*RedisServer, error) {
	path, err := program("redis-server", "redis-server")
	if err != nil {
		return nil, err
	}
	return onFreePort(func(port int) (*RedisServer, error) {
		addr, args := loopback(port), append(args[:len(args):len(args)], "--port", strconv.Itoa(port))
		server := &RedisServer{Addr: addr, URL: "redis://" + addr, Dir: dir, path: path, args: args}
		return server, server.launch()
	})
}

// Restart starts a server that was stopped, at the same address and with what it
// had kept on disk: nothing, unless it was started with "--appendonly", "yes".
func (r *RedisServer) Restart() error { return again(r.launch) }

// Stop kills the server and waits until it is gone. A paused server can be
// stopped, and a stopped one be stopped again.
func (r *RedisServer) Stop() { r.process.Stop() }

func (r *RedisServer) launch() error {
	p, logged, err := startLogged(exec.Command(r.path, r.args...), r.Dir)
	if err != nil {
		return err
	}
	r.process = p
	return awaited(r, r.answers, "redis-server at "+r.Addr+" does not answer", logged)
}

// answers reports whether it is this server, and not another on the same port,
// that answers, and whether it has read its data. One that wants a password tells
// neither its process id nor that.
func (r *RedisServer) answers() bool {
	conn, err := net.DialTimeout("tcp", r.Addr, time.Second)
	if err != nil {
		return false
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	if _, err := conn.Write([]byte("INFO server\r\nPING\r\n")); err != nil {
		return false
	}
	own := fmt.Sprintf("process_id:%d", r.Pid())
	itself := false
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		switch line := lines.Text(); {
		case line == own:
			itself = true
		case strings.HasPrefix(line, "-LOADING"):
			return false
		case strings.HasPrefix(line, "-NOAUTH"), strings.HasPrefix(line, "-NOPERM"):
			return r.alive()
		case line == "+PONG", strings.HasPrefix(line, "-"):
			return itself && r.alive()
		}
	}
	return false
}
