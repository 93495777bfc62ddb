//go:build linux

package main

import (
	"os"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stormlock/stormlock/sdk/boottime"
	"github.com/stormlock/stormlock/test/torture/check"
)

// TestKilledWhileGivingUp: where stormlock was killed when it had begun to give
// a lease up, its record names one way to settle it, and a client goes that way.
func TestKilledWhileGivingUp(t *testing.T) {
	c := localClient(t)
	c.closing = true // what is granted is kept
	if !c.acquire(c.resources[0]) {
		t.Fatalf("not acquired: %q", c.complaints)
	}
	l := c.held[0]
	unlock := lock(t, c.store.file.path)
	ended := make(chan struct{})
	go func() { defer close(ended); c.release(l) }()
	for end := time.Now().Add(20 * time.Second); !c.onRecord(l.tag).givenUp(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the record does not say that the lease is being released")
		}
	}
	c.commands.Range(func(pid, _ any) bool { return syscall.Kill(pid.(int), syscall.SIGKILL) == nil })
	<-ended
	unlock()

	// An acquire that was killed as it called off its request left the same record.
	c.doubt = nil
	c.learn(lease{resource: l.resource, tag: l.tag, ttl: l.ttl}, c.killed(result{op: check.Op{Kind: check.Acquire, Tag: l.tag}}))
	if len(c.doubt) != 1 || c.doubt[0].id != l.id || !c.doubt[0].givenUp {
		t.Fatalf("in doubt: %+v; want %s, given up", c.doubt, l.id)
	}
	c.settle()
	if len(c.doubt) > 0 || len(c.complaints) > 0 {
		t.Errorf("still in doubt: %+v; complaints: %q", c.doubt, c.complaints)
	}
}

// TestDoubtKeepsItsID: a message that a client does not understand is one
// complaint, and not the loss of the lease id with one for each try after it.
func TestDoubtKeepsItsID(t *testing.T) {
	c := &client{history: &history{}}
	c.learn(lease{id: "known"}, result{op: check.Op{Outcome: check.Unknown}})
	if len(c.doubt) != 1 || c.doubt[0].id != "known" {
		t.Errorf("in doubt: %+v", c.doubt)
	}
}

// localClient returns a client of a history on the embedded backend in which
// nothing happens by itself.
func localClient(t *testing.T) *client {
	t.Helper()
	bin, err := built.bin(released)
	if err != nil {
		t.Fatal(err)
	}
	s, err := startStore("local", fault{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	h, err := newHistory(cell{"local", fault{name: "none"}}, s, bin, 1, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(h.dir) })
	h.began = boottime.Now()
	c, err := newClient(h, 0)
	if err == nil {
		err = c.setUp()
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// lock keeps everybody from a file of locks.
func lock(t *testing.T, path string) (unlock func()) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err == nil {
		err = unix.Flock(int(file.Fd()), unix.LOCK_EX)
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() { _ = file.Close() }
}
