package servers

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// An EtcdServer is a running etcd, alone or a member of a cluster.
type EtcdServer struct {
	*process
	Addr string // 127.0.0.1:PORT
	URL  string // http://127.0.0.1:PORT, or https:// if it was started with --cert-file
	Dir  string // its data directory

	path string
	args []string
}

// Etcd starts an etcd that lives as long as the test; extraArgs are appended to
// its command line.
func Etcd(t testing.TB, extraArgs ...string) *EtcdServer {
	t.Helper()
	return during(t, "etcd", StartEtcd, extraArgs)
}

// EtcdCluster starts an etcd cluster of n members, which live as long as the
// test.
func EtcdCluster(t testing.TB, n int, extraArgs ...string) []*EtcdServer {
	t.Helper()
	members, err := StartEtcdCluster(shortDir(t, "etcd"), n, extraArgs...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopEtcd(members) })
	return members
}

// SharedEtcd returns the URL of an etcd that the tests of a package share. Each
// of them takes a prefix of its own.
func SharedEtcd(t testing.TB) string {
	t.Helper()
	return shared(t, "etcd")
}

// StartEtcd starts an etcd that keeps its data in dir. The caller stops it and
// removes dir.
func StartEtcd(dir string, args ...string) (*EtcdServer, error) {
	members, err := StartEtcdCluster(dir, 1, args...)
	if err != nil {
		return nil, err
	}
	return members[0], nil
}

// Restart starts a server that was stopped, with the data that it had and at the
// same addresses.
func (e *EtcdServer) Restart() error {
	return again(func() error {
		if err := e.launch(); err != nil {
			return err
		}
		return e.wait()
	})
}

// Stop kills the server and waits until it is gone. A paused server can be
// stopped, and a stopped one be stopped again.
func (e *EtcdServer) Stop() { e.process.Stop() }

// StartEtcdCluster starts an etcd cluster of n members, which keep their data in
// dir. The caller stops them and removes dir. It tries again on other ports when a
// start fails: between the choice of a port and its use somebody else may have
// taken it.
func StartEtcdCluster(dir string, n int, args ...string) (members []*EtcdServer, err error) {
	path, err := tool("etcd")
	if err != nil {
		return nil, err
	}
	for try := range startTries {
		if members, err = newEtcd(path, filepath.Join(dir, fmt.Sprint(try)), n, args); err != nil {
			return nil, err
		}
		if err = launchEtcd(members); err == nil {
			return members, nil
		}
	}
	return nil, err
}

// newEtcd chooses the ports of all members, since each is told of the others.
func newEtcd(path, dir string, n int, args []string) ([]*EtcdServer, error) {
	members, cluster := make([]*EtcdServer, n), make([]string, n)
	for i := range members {
		var addrs [2]string // for clients, and for the other members
		for j := range addrs {
			port, err := freePort()
			if err != nil {
				return nil, err
			}
			addrs[j] = loopback(port)
		}
		name := fmt.Sprintf("m%d", i)
		members[i] = newMember(path, filepath.Join(dir, name), addrs, args)
		cluster[i] = name + "=http://" + addrs[1]
	}
	for i, m := range members {
		m.args = append(m.args, "--name", fmt.Sprintf("m%d", i), "--initial-cluster", strings.Join(cluster, ","))
	}
	return members, nil
}

// newMember leaves out fsync, which only an end of the whole machine would need,
// and leaves the times of heartbeats and elections as they are: they decide the
// least TTL.
func newMember(path, dir string, addrs [2]string, args []string) *EtcdServer {
	scheme := "http://"
	if slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "--cert-file") }) {
		scheme = "https://"
	}
	url, peer := scheme+addrs[0], "http://"+addrs[1]
	return &EtcdServer{
		Addr: addrs[0], URL: url, Dir: dir, path: path,
		args: append([]string{
			"--data-dir", dir, "--unsafe-no-fsync", "--log-level", "error",
			"--listen-client-urls", url, "--advertise-client-urls", url,
			"--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
			"--listen-metrics-urls", "unix://" + healthSocket,
		}, args...),
	}
}

// launchEtcd starts all members before it waits for any: one alone never
// answers.
func launchEtcd(members []*EtcdServer) error {
	for i, m := range members {
		if err := m.launch(); err != nil {
			stopEtcd(members[:i])
			return err
		}
	}
	for _, m := range members {
		if err := m.wait(); err != nil {
			stopEtcd(members)
			return err
		}
	}
	return nil
}

func stopEtcd(members []*EtcdServer) {
	for _, m := range members {
		m.Stop()
	}
}

func (e *EtcdServer) launch() error {
	if err := os.MkdirAll(e.Dir, 0o700); err != nil {
		return err
	}
	logged, err := os.Create(e.log())
	if err != nil {
		return err
	}
	defer logged.Close()
	cmd := exec.Command(e.path, e.args...)
	cmd.Env = environment()
	cmd.Dir, cmd.Stdout, cmd.Stderr = e.Dir, logged, logged
	e.process, err = startProcess(cmd)
	return err
}

// environment leaves out what would configure an etcd.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(text string) bool { return strings.HasPrefix(text, "ETCD_") })
}

func (e *EtcdServer) log() string { return e.Dir + ".log" }

// healthSocket is where a server tells how it is: a file in its own directory, so
// that it is this server that answers, and not another on the same port. It is
// the last thing that a server opens.
const healthSocket = "health"

// wait returns when the server answers, which it does once its cluster has a
// leader, and stops it when it does not.
func (e *EtcdServer) wait() error {
	for end := time.Now().Add(2 * startTimeout); time.Now().Before(end) && e.alive(); {
		if e.answers() {
			return nil
		}
		time.Sleep(pollInterval)
	}
	e.Stop()
	text, _ := os.ReadFile(e.log())
	return fmt.Errorf("etcd at %s does not answer; it logged:\n%s", e.Addr, text)
}

func (e *EtcdServer) answers() bool {
	socket := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", filepath.Join(e.Dir, healthSocket))
	}}
	client := http.Client{Timeout: time.Second, Transport: socket}
	answer, err := client.Get("http://etcd/health")
	if err != nil {
		return false
	}
	_ = answer.Body.Close()
	return answer.StatusCode == http.StatusOK && e.alive()
}
