package servers

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A MySQLServer is a running MariaDB server with data of its own.
type MySQLServer struct {
	*process
	Addr   string // 127.0.0.1:PORT
	URL    string // mysql://root@127.0.0.1:PORT, the superuser's, who has no password
	Socket string // the path of its unix socket
	Dir    string // holds its data directory, its log, and the socket

	path string
	args []string
}

// The settings of every server: small, and no care for what is left after a crash
// of the machine.
var mysqlSettings = []string{
	"--bind-address=127.0.0.1", "--skip-name-resolve", "--performance-schema=OFF", "--max-connections=300",
	"--innodb-buffer-pool-size=20M", "--innodb-log-file-size=8M", "--innodb-flush-log-at-trx-commit=2",
}

// MySQL starts a MariaDB server that lives as long as the test. args are appended
// to its command line.
func MySQL(t testing.TB, args ...string) *MySQLServer {
	t.Helper()
	return during(t, "my", StartMySQL, args)
}

// SharedMySQL returns the superuser's URL of the server that all tests of this
// process share. A test makes a database of its own there.
func SharedMySQL(t testing.TB) string {
	t.Helper()
	return shared(t, "mysql")
}

// StartMySQL starts a MariaDB server with new data in dir. The caller stops it and
// removes dir.
func StartMySQL(dir string, args ...string) (*MySQLServer, error) {
	account, err := user.Current()
	if err != nil {
		return nil, err
	}
	// It runs as whoever runs the tests; for root that has to be said. One that
	// starts clears its directory for temporary files, which is not to be another's.
	common := []string{"--no-defaults", "--user=" + account.Username, "--datadir=" + filepath.Join(dir, "data"), "--tmpdir=" + dir}
	install, err := program("mariadb-install-db", "mariadb-server-core")
	if err != nil {
		return nil, err
	}
	text, err := exec.Command(install, append(common, "--auth-root-authentication-method=normal", "--skip-test-db", "--innodb-log-file-size=8M")...).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("mariadb-install-db: %w:\n%s", err, text)
	}
	path, err := mariadbd()
	if err != nil {
		return nil, err
	}
	args = slices.Concat(common, mysqlSettings, args)
	return onFreePort(func(port int) (*MySQLServer, error) {
		server := &MySQLServer{Addr: loopback(port), URL: "mysql://root@" + loopback(port), Socket: filepath.Join(dir, "s"), Dir: dir, path: path}
		server.args = append(args[:len(args):len(args)], "--port="+strconv.Itoa(port), "--socket="+server.Socket, "--pid-file="+server.pidFile())
		return server, server.launch()
	})
}

// mariadbd finds the server, which Debian has where only root's PATH leads.
func mariadbd() (string, error) {
	const debians = "/usr/sbin/mariadbd"
	if _, err := os.Stat(debians); err == nil {
		return debians, nil
	}
	return program("mariadbd", "mariadb-server-core")
}

func (s *MySQLServer) pidFile() string { return filepath.Join(s.Dir, "pid") }

// Restart starts a server that was stopped, at the same address and with all that
// it had committed.
func (s *MySQLServer) Restart() error { return again(s.launch) }

// Stop kills the server and waits until it is gone. A paused server can be
// stopped, and a stopped one be stopped again.
func (s *MySQLServer) Stop() { s.process.Stop() }

func (s *MySQLServer) launch() error {
	p, logged, err := startLogged(exec.Command(s.path, s.args...), s.Dir)
	if err != nil {
		return err
	}
	s.process = p
	return awaited(s, s.ready, "mariadbd at "+s.Addr+" does not accept connections", logged)
}

// ready reports whether it is this server, and not another on the same port, that
// greets.
func (s *MySQLServer) ready() bool {
	text, err := os.ReadFile(s.pidFile())
	if err != nil || strings.TrimSpace(string(text)) != strconv.Itoa(s.Pid()) {
		return false
	}
	conn, err := net.DialTimeout("tcp", s.Addr, time.Second)
	if err != nil {
		return false
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	_, err = io.ReadFull(conn, make([]byte, 1))
	return err == nil
}

// SQL runs statements as the superuser, with the store's own client, and returns
// what it printed: rows without a header, columns separated by tabs.
func (s *MySQLServer) SQL(statements string) (string, error) {
	path, err := program("mariadb", "mariadb-client-core")
	if err != nil {
		return "", err
	}
	host, port, _ := net.SplitHostPort(s.Addr)
	cmd := exec.Command(path, "--no-defaults", "--protocol=tcp", "--host="+host, "--port="+port, "--user=root", "--batch", "--skip-column-names", "--default-character-set=utf8mb4")
	cmd.Stdin = strings.NewReader(statements)
	text, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("mariadb: %w: %s", err, text)
	}
	return strings.TrimSpace(string(text)), nil
}
