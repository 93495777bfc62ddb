package servers

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A PostgresServer is a running PostgreSQL server with a cluster of its own.
type PostgresServer struct {
	*process
	Addr string // 127.0.0.1:PORT
	URL  string // postgres://postgres@127.0.0.1:PORT/postgres?sslmode=disable, the superuser's
	Dir  string // holds its data directory, its log, and its unix socket

	path string
	args []string
}

// The settings of every server: an address of its own, and no care for what is
// left after a crash of the machine.
var postgresSettings = []string{
	"-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "shared_buffers=16MB",
	"-c", "max_connections=300", "-c", "log_statement=none",
}

// Postgres starts a PostgreSQL server that lives as long as the test. args are
// appended to its command line. Any local user may log in as any role, without
// a password, unless the test writes another pg_hba.conf.
func Postgres(t testing.TB, args ...string) *PostgresServer {
	t.Helper()
	return during(t, "pg", StartPostgres, args)
}

// SharedPostgres returns the superuser's URL of the server that all tests of
// this process share. A test makes a database of its own there.
func SharedPostgres(t testing.TB) string {
	t.Helper()
	return shared(t, "postgres")
}

// PostgresStandby starts a read-only replica that follows a primary. It lives
// as long as the test.
func PostgresStandby(t testing.TB, primary *PostgresServer, args ...string) *PostgresServer {
	t.Helper()
	dir := shortDir(t, "pg")
	host, port, _ := net.SplitHostPort(primary.Addr)
	server, err := startPostgres(dir, args, "pg_basebackup", "--host="+host, "--port="+port, "--username=postgres",
		"--pgdata="+filepath.Join(dir, "data"), "--write-recovery-conf", "--checkpoint=fast", "--no-sync")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	return server
}

// StartPostgres starts a PostgreSQL server with a new cluster in dir. The
// caller stops it and removes dir.
func StartPostgres(dir string, args ...string) (*PostgresServer, error) {
	return startPostgres(dir, args, "initdb", "--pgdata="+filepath.Join(dir, "data"), "--username=postgres",
		"--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions")
}

// startPostgres fills the data directory with a program and starts a server on
// it.
func startPostgres(dir string, args []string, program string, fill ...string) (*PostgresServer, error) {
	if err := giveToPostgres(dir); err != nil {
		return nil, err
	}
	if err := runPostgresTool(dir, program, fill...); err != nil {
		return nil, err
	}
	return onFreePort(func(port int) (*PostgresServer, error) { return startPostgresOnce(dir, port, args) })
}

func runPostgresTool(dir, name string, args ...string) error {
	path, err := postgresProgram(name)
	if err != nil {
		return err
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = dir
	if err := asPostgres(cmd); err != nil {
		return err
	}
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w:\n%s", name, err, text)
	}
	return nil
}

func startPostgresOnce(dir string, port int, args []string) (*PostgresServer, error) {
	path, err := postgresProgram("postgres")
	if err != nil {
		return nil, err
	}
	args = slices.Concat([]string{"-D", filepath.Join(dir, "data"), "-k", dir, "-p", strconv.Itoa(port)}, postgresSettings, args)
	addr := loopback(port)
	url := "postgres://postgres@" + addr + "/postgres?sslmode=disable"
	server := &PostgresServer{Addr: addr, URL: url, Dir: dir, path: path, args: args}
	return server, server.launch()
}

// Restart starts a server that was stopped, at the same address and with all that
// it had committed: it recovers that from its log. Without fsync that is true of
// the end of its processes, not of the machine's.
func (s *PostgresServer) Restart() error { return again(s.launch) }

func (s *PostgresServer) launch() error {
	cmd := exec.Command(s.path, s.args...)
	if err := errors.Join(asPostgres(cmd), quitWithParent(cmd)); err != nil {
		return err
	}
	p, logged, err := startLogged(cmd, s.Dir)
	if err != nil {
		return err
	}
	s.process = p
	return awaited(s, s.ready, "postgres at "+s.Addr+" does not accept connections", logged)
}

// ready reads the file in which a server tells its state: the first line is its
// process id, the last its status.
func (s *PostgresServer) ready() bool {
	file, err := os.Open(filepath.Join(s.Dir, "data", "postmaster.pid"))
	if err != nil {
		return false
	}
	defer file.Close()
	var lines []string
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		lines = append(lines, strings.TrimSpace(scanner.Text()))
	}
	return len(lines) > 1 && lines[0] == strconv.Itoa(s.Pid()) && lines[len(lines)-1] == "ready"
}

// Psql runs SQL as the superuser, with the store's own client, and returns what
// it printed: rows without a header, columns separated by |.
func (s *PostgresServer) Psql(sql string) (string, error) {
	path, err := postgresProgram("psql")
	if err != nil {
		return "", err
	}
	cmd := exec.Command(path, "--no-psqlrc", "--quiet", "--no-align", "--tuples-only",
		"--set=ON_ERROR_STOP=1", "--dbname="+s.URL)
	cmd.Stdin = strings.NewReader(sql)
	text, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("psql: %w: %s", err, text)
	}
	return strings.TrimSpace(string(text)), nil
}

// postgresProgram finds one of PostgreSQL's programs. Debian keeps those of a
// server out of PATH, in a directory for each version.
func postgresProgram(name string) (string, error) {
	newest, version := "", -1
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	for _, path := range found {
		n, err := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		if err == nil && n > version {
			newest, version = path, n
		}
	}
	if newest != "" {
		return newest, nil
	}
	return program(name, "postgresql")
}

const stopPatience = 5 * time.Second

// Stop ends the server at once, as a crash would, and waits until it is gone. A
// paused server can be stopped, and a stopped one be stopped again. It is asked
// before it is killed: a kill would leave its shared memory behind for ever.
func (s *PostgresServer) Stop() {
	s.quit()
	select {
	case <-s.ended:
	case <-time.After(stopPatience):
	}
	s.process.Stop()
}
