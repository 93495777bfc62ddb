// Package servers starts the real stores that stormlock's tests talk to.
//
// Nothing is mocked: each function starts the store's own executable on a free
// loopback port, with a data directory of its own, and waits until it answers.
// A test writes
//
//	server := servers.Redis(t)
//
// and the server is gone when the test ends, also when it fails; on Linux also
// when the test binary is killed. A program without a testing.TB, such as a
// benchmark, uses the Start functions and stops the server itself.
//
// A missing executable fails the test: a skipped safety test would look like a
// passed one.
package servers

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

const (
	startTimeout = 10 * time.Second
	startTries   = 5
	pollInterval = 5 * time.Millisecond

	// A Redis Cluster node also listens on its port + 10000.
	highestPort = 65535 - 10000
)

// freePort asks the kernel for a port that nobody listens on now. Somebody may
// take it before the server does, so whoever starts one tries again.
func freePort() (int, error) {
	for {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return 0, fmt.Errorf("no free loopback port: %w", err)
		}
		port := listener.Addr().(*net.TCPAddr).Port
		_ = listener.Close()
		if port <= highestPort {
			return port, nil
		}
	}
}

// onFreePort starts a server on a free port, and on another when that fails:
// between the choice of a port and its use somebody else may have taken it.
func onFreePort[Server any](start func(port int) (Server, error)) (server Server, err error) {
	for range startTries {
		var port int
		if port, err = freePort(); err != nil {
			return server, err
		}
		if server, err = start(port); err == nil {
			return server, nil
		}
	}
	return server, err
}

// again starts a server at the addresses that it had. It tries for a while: one of
// its ports may just be in use for a connection.
func again(launch func() error) (err error) {
	for end := time.Now().Add(startTimeout); time.Now().Before(end); time.Sleep(20 * pollInterval) {
		if err = launch(); err == nil {
			return nil
		}
	}
	return err
}

// during starts a server in a directory of its own, for as long as the test lasts.
func during[Server interface{ Stop() }](t testing.TB, name string, start func(dir string, args ...string) (Server, error), args []string) Server {
	t.Helper()
	server, err := start(shortDir(t, name), args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	return server
}

// awaited returns when a server is ready, and stops it when it does not get so
// far: that is what the complaint says of it.
func awaited(server interface {
	alive() bool
	Stop()
}, ready func() bool, complaint, logged string,
) error {
	for end := time.Now().Add(startTimeout); time.Now().Before(end) && server.alive(); time.Sleep(pollInterval) {
		if ready() {
			return nil
		}
	}
	server.Stop()
	text, _ := os.ReadFile(logged)
	return fmt.Errorf("%s; it logged:\n%s", complaint, text)
}

// program finds an executable, or says what to install.
func program(name, pkg string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("%s is not in PATH; install it (Debian: apt-get install %s)", name, pkg)
	}
	return path, nil
}

// shortDir makes a directory that t removes. Its path is short, unlike that of
// t.TempDir, because the path of a unix socket may have 107 bytes at most.
func shortDir(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "stormlock-"+name+"-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// A process is a server's own process.
type process struct {
	cmd    *exec.Cmd
	ended  chan struct{} // closed when the process is gone
	ending sync.Once
}

func startProcess(cmd *exec.Cmd) (*process, error) {
	dieWithParent(cmd)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	p := &process{cmd: cmd, ended: make(chan struct{})}
	go func() {
		_ = cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// startLogged starts a server in a directory, and returns the file there that
// it writes what it says to.
func startLogged(cmd *exec.Cmd, dir string) (p *process, logged string, err error) {
	file, err := os.Create(filepath.Join(dir, "server.log"))
	if err != nil {
		return nil, "", err
	}
	defer file.Close()
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, file, file
	p, err = startProcess(cmd)
	return p, file.Name(), err
}

func (p *process) alive() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// Pid returns the id of the server's process.
func (p *process) Pid() int { return p.cmd.Process.Pid }

// Stop kills the server and waits until it is gone. A paused server can be
// stopped, and a stopped one be stopped again.
func (p *process) Stop() {
	p.ending.Do(func() { _ = p.cmd.Process.Kill() })
	<-p.ended
}
