package servers

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// A PgBouncerServer is a running PgBouncer, a pool of connections in front of a
// PostgreSQL server.
type PgBouncerServer struct {
	*process
	Addr string // 127.0.0.1:PORT
}

const pgbouncerConfig = `[databases]
* = host=%s port=%s user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = any
pool_mode = %s
default_pool_size = %d
`

// PgBouncer starts a PgBouncer before the PostgreSQL server at an address. It
// lives as long as the test. Everybody is the superuser; mode is session or
// transaction, size the number of connections that all clients share.
func PgBouncer(t testing.TB, server, mode string, size int) *PgBouncerServer {
	t.Helper()
	path, err := pgbouncerProgram()
	if err != nil {
		t.Fatal(err)
	}
	dir := shortDir(t, "pgbouncer")
	var bouncer *PgBouncerServer
	for range startTries {
		if bouncer, err = startPgBouncer(path, dir, server, mode, size); err == nil {
			t.Cleanup(bouncer.Stop)
			return bouncer
		}
	}
	t.Fatal(err)
	return nil
}

// pgbouncerProgram finds pgbouncer also where Debian puts it, which is not in
// everybody's PATH.
func pgbouncerProgram() (string, error) {
	const debian = "/usr/sbin/pgbouncer"
	if _, err := os.Stat(debian); err == nil {
		return debian, nil
	}
	return program("pgbouncer", "pgbouncer")
}

func startPgBouncer(path, dir, server, mode string, size int) (*PgBouncerServer, error) {
	host, serverPort, err := net.SplitHostPort(server)
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	config, logged := filepath.Join(dir, "pgbouncer.ini"), filepath.Join(dir, "pgbouncer.log")
	text := fmt.Sprintf(pgbouncerConfig, host, serverPort, port, mode, size)
	if err := errors.Join(os.WriteFile(config, []byte(text), 0o644), giveToPostgres(dir)); err != nil {
		return nil, err
	}
	output, err := os.Create(logged)
	if err != nil {
		return nil, err
	}
	defer output.Close()
	cmd := exec.Command(path, config)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, output, output
	if err := asPostgres(cmd); err != nil {
		return nil, err
	}
	p, err := startProcess(cmd)
	if err != nil {
		return nil, err
	}
	bouncer := &PgBouncerServer{process: p, Addr: loopback(port)}
	return bouncer, bouncer.wait(logged)
}

func (b *PgBouncerServer) wait(logged string) error {
	for end := time.Now().Add(startTimeout); time.Now().Before(end) && b.alive(); time.Sleep(pollInterval) {
		if conn, err := net.Dial("tcp", b.Addr); err == nil {
			return conn.Close()
		}
	}
	b.Stop()
	text, _ := os.ReadFile(logged)
	return fmt.Errorf("pgbouncer at %s does not accept connections; it logged:\n%s", b.Addr, text)
}
