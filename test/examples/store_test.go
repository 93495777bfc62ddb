//go:build unix

package examples_test

import (
	"bufio"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// A store is where an example keeps its locks.
type store struct {
	key, value string // what leads to it

	// hold keeps requests waiting in the store until release, while the backend can
	// still tell when its caller has given up, which giveUp makes happen.
	hold func(t *testing.T) (release func(), giveUp giveUp)
}

type giveUp func(context.Context, time.Duration) (context.Context, context.CancelFunc)

func (s store) setting() string { return s.key + "=" + s.value }

var pysqlite = example{"python", "pysqlite", func(t *testing.T) store {
	path := filepath.Join(t.TempDir(), "locks.db")
	return store{"path", path, func(t *testing.T) (func(), giveUp) { return lockFile(t, path), canceled }}
}}

// lockFile locks a SQLite file until release.
func lockFile(t *testing.T, path string) (release func()) {
	t.Helper()
	cmd := exec.Command("/usr/bin/python3", "-c", `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()`, path)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err == nil {
		_, err = bufio.NewReader(out).ReadString('\n')
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		_ = in.Close()
		_ = cmd.Wait()
	}
}

// canceled gives up before the deadline: a request that waits for a file is over with
// that in any case.
func canceled(ctx context.Context, after time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	timer := time.AfterFunc(after, cancel)
	return ctx, func() { timer.Stop(); cancel() }
}

var noderedis = example{"node", "noderedis", func(t *testing.T) store {
	redis := servers.Redis(t)
	return store{"url", redis.URL, func(t *testing.T) (func(), giveUp) { return paused(t, redis.Addr), context.WithTimeout }}
}}

// paused keeps scripts waiting in a Redis server until release; it still tells the
// time.
func paused(t *testing.T, addr string) (release func()) {
	t.Helper()
	say := redisAt(t, addr)
	say("CLIENT PAUSE 60000 WRITE")
	return func() { say("CLIENT UNPAUSE") }
}

// redisAt connects to a Redis server. Commands are answered with one line.
func redisAt(t *testing.T, addr string) (say func(command string) string) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	answers := bufio.NewReader(conn)
	return func(command string) string {
		t.Helper()
		_, err := conn.Write([]byte(command + "\r\n"))
		line := ""
		if err == nil {
			line, err = answers.ReadString('\n')
		}
		if err != nil || strings.HasPrefix(line, "-") {
			t.Fatalf("%s: %q, %v", command, line, err)
		}
		return strings.TrimSpace(line)
	}
}

func TestClockOfPysqlite(t *testing.T) {
	if err := said(exec.Command("make", "-s", "-C", "../../examples/python", "test")); err != nil {
		t.Error(err)
	}
}

func TestForeignFileIsRefused(t *testing.T) {
	s := pysqlite.store(t)
	if err := os.WriteFile(s.value, []byte("a letter to Ben"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := pysqlite.start(t, s).Setup(t.Context(), false); !errors.Is(err, sdk.ErrRefused) {
		t.Errorf("setup: %v; want sdk.ErrRefused", err)
	}
	if left, err := os.ReadFile(s.value); string(left) != "a letter to Ben" {
		t.Errorf("the file is %q now (%v)", left, err)
	}
}

func TestForeignKeyIsRefused(t *testing.T) {
	s := noderedis.store(t)
	say := redisAt(t, strings.TrimPrefix(s.value, "redis://"))
	say("RPUSH noderedis:lock:x data")
	b := noderedis.open(t, s)
	if _, err := b.Acquire(t.Context(), sdk.Lease{Resource: "x", ID: sdk.NewID(), Principal: "ana", TTL: time.Minute}); !errors.Is(err, sdk.ErrRefused) {
		t.Errorf("acquire: %v; want sdk.ErrRefused", err)
	}
	if left := say("LLEN noderedis:lock:x"); left != ":1" {
		t.Errorf("the list is %s long now", left)
	}
}
