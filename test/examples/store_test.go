//go:build unix

package examples_test

import (
	"bufio"
	"context"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
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

func TestClockOfPysqlite(t *testing.T) {
	if err := said(exec.Command("make", "-s", "-C", "../../examples/python", "test")); err != nil {
		t.Error(err)
	}
}
