//go:build unix

package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/test/servers"
)

// A protected is a real store that wants a password.
type protected struct {
	slot
	start func(*testing.T, *servers.Authority) (addr string, admit func(password string) error)
	open  bool // it takes any
}

var guardeds = map[string]protected{
	"redis":    {slot{lines: "url = redis://:MARK@ADDR"}, guardedRedis, false},
	"etcd":     {slot{lines: etcdUser + "password = MARK\nprefix = /locks/"}, guardedEtcd, false},
	"postgres": {slot{lines: "connection = postgres://ops:MARK@ADDR/postgres?sslmode=disable"}, guardedPostgres, false},
	"mysql":    {slot{lines: mysqlPlace + "password = MARK"}, guardedMySQL, false},
	"dynamodb": {slot{lines: dynamoDBPlace + "access_key_id = MARK\nsecret_access_key = MARK"}, openDynamoDB, true},
}

// TestCanaryOnRealServers: no secret of a configuration shows while locks are taken
// with it, nor when it is refused.
func TestCanaryOnRealServers(t *testing.T) {
	authority := servers.NewAuthority(t)
	cage := newCage(t, authority)
	t.Run("servers", func(t *testing.T) {
		for backend, g := range guardeds {
			g.name, g.backend = "real "+backend, backend
			t.Run(backend, func(t *testing.T) {
				t.Parallel()
				addr, admit := g.start(t, authority)
				right := newCanary(t, g.slot, cage, addr)
				if err := admit(right.mark); err != nil {
					t.Fatal(err)
				}
				right.locks(t)
				if !g.open {
					newCanary(t, g.slot, cage, addr).isTurnedAway(t)
				}
			})
		}
	})
}

// locks takes a lock, and does all else that there is to do with it.
func (c *canary) locks(t *testing.T) {
	t.Helper()
	for _, args := range []string{
		"backend setup --dry-run NAME", "backend setup NAME", "acquire -m why r", "current -f json r", "renew -t 6m r",
		"config show r", "doctor", "mine -f json", "release r",
	} {
		args = strings.ReplaceAll(args, "NAME", c.backend)
		if code := c.run(t, append([]string{"--log-level", "trace"}, strings.Fields(args)...)...); code != exitDone {
			t.Errorf("%s: %s: exit code %d", c.name, args, code)
		}
		c.lookAtFiles(t)
	}
	c.processes.check(t, c)
}

// isTurnedAway has a store refuse the password.
func (c *canary) isTurnedAway(t *testing.T) {
	t.Helper()
	for _, args := range []string{"acquire -m why r", "current r", "renew r " + canaryID, "release r " + canaryID} {
		if code := c.run(t, append([]string{"--log-level", "trace"}, strings.Fields(args)...)...); code != exitRefused {
			t.Errorf("%s: wrong password: %s: exit code %d", c.name, args, code)
		}
	}
	c.lookAtFiles(t)
	c.processes.check(t, c)
}

// guardedRedis gets its password over a connection: what is in its arguments can
// be seen.
func guardedRedis(t *testing.T, _ *servers.Authority) (string, func(string) error) {
	server := servers.Redis(t)
	return server.Addr, func(password string) error {
		conn, err := net.Dial("tcp", server.Addr)
		if err != nil {
			return err
		}
		defer conn.Close()
		answer := make([]byte, len("+OK\r\n"))
		fmt.Fprintf(conn, "CONFIG SET requirepass %s\r\n", password)
		if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != "+OK\r\n" {
			return fmt.Errorf("redis says %q, %v", answer, err)
		}
		return nil
	}
}

func guardedEtcd(t *testing.T, authority *servers.Authority) (string, func(string) error) {
	cert, key := authority.Issue(t)
	server := servers.Etcd(t, "--cert-file", cert, "--key-file", key, "--bcrypt-cost", "4")
	return server.Addr, func(password string) error { return guardEtcd(server.URL, password) }
}

func guardedPostgres(t *testing.T, _ *servers.Authority) (string, func(string) error) {
	server := servers.Postgres(t)
	return server.Addr, func(password string) error {
		hba := filepath.Join(server.Dir, "data", "pg_hba.conf")
		if err := os.WriteFile(hba, []byte("host all postgres all trust\nhost all all all scram-sha-256\n"), 0o600); err != nil {
			return err
		}
		_, err := server.Psql("CREATE ROLE ops SUPERUSER LOGIN PASSWORD '" + password + "'; SELECT pg_reload_conf();")
		return err
	}
}

func guardedMySQL(t *testing.T, _ *servers.Authority) (string, func(string) error) {
	server := servers.MySQL(t, "--innodb-flush-log-at-trx-commit=1")
	return server.Addr, func(password string) error {
		_, err := server.SQL("CREATE DATABASE ops; CREATE USER ops IDENTIFIED BY '" + password + "'; GRANT ALL ON ops.* TO ops;")
		return err
	}
}

// openDynamoDB looks at no signature: a database of its own belongs to each key.
func openDynamoDB(t *testing.T, _ *servers.Authority) (string, func(string) error) {
	return strings.TrimPrefix(servers.SharedDynamoDB(t), "http://"), func(string) error { return nil }
}
