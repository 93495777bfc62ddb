package mysql

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
	"github.com/stormlock/stormlock/sdk/bounded"
	"github.com/stormlock/stormlock/test/servers"
)

// A request that decides stands in the network until its deadline is over, and
// arrives then.
func TestRequestThatArrivesAfterItsDeadline(t *testing.T) {
	t.Parallel()
	for operation, at := range map[string]func(string) bool{"acquire": isTake, "renew": isRenew, "release": isDelete} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			straight, conn, p := start(t)
			ready(t, straight, operation)
			before := locks(t, conn)
			const limit = 2 * time.Second
			arrived, goOn := make(chan struct{}), make(chan struct{})
			slow := openAt(t, p.behind(t, servers.Wire{Hold: first(at, func() { close(arrived); <-goOn })}))
			ctx, cancel := context.WithTimeout(testContext(t), limit)
			defer cancel()
			err := everything[operation](ctx, slow)
			<-arrived
			isUnknown(t, operation, err)
			contains(t, err, "no answer in time")
			close(goOn)
			eventually(t, 20*time.Second, "the connection is gone", func() bool { return sessions(t, conn) == 0 })
			time.Sleep(100 * time.Millisecond)
			if after := locks(t, conn); after != before {
				t.Errorf("a late request changed\n%s to\n%s", before, after)
			}
		})
	}
}

// The server is frozen while a request waits in its socket, and serves it once
// its sender has given up.
func TestRequestServedAfterItsDeadline(t *testing.T) {
	t.Parallel()
	server := servers.MySQL(t)
	p := databaseAt(t, server.Addr)
	straight, conn := openAt(t, p.config()), connect(t, p)
	setup(t, straight)
	for operation, at := range map[string]func(string) bool{"acquire": isTake, "renew": isRenew, "release": isDelete} {
		ready(t, straight, operation)
		before := locks(t, conn)
		slow := openAt(t, p.behind(t, servers.Wire{Hold: first(at, func() {
			if err := server.Pause(); err != nil {
				t.Error(err)
			}
		})}))
		ctx, cancel := context.WithTimeout(testContext(t), 2*time.Second)
		err := everything[operation](ctx, slow)
		cancel()
		isUnknown(t, operation, err)
		time.Sleep(100 * time.Millisecond)
		if err := server.Resume(); err != nil {
			t.Fatal(err)
		}
		eventually(t, 20*time.Second, "the session is gone", func() bool { return sessions(t, conn) == 0 })
		if after := locks(t, conn); after != before {
			t.Errorf("%s: a late request changed\n%s to\n%s", operation, before, after)
		}
	}
}

// The same for statements that waited for another session's lock, on the row and
// on the counter that comes before it: guards are judged after the wait.
func TestStatementsThatWaitedTooLongWriteNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ operation, table string }{
		{"acquire", "stormlock"}, {"acquire", "stormlock_fence"}, {"renew", "stormlock"}, {"release", "stormlock"},
	} {
		t.Run(c.operation+", "+c.table, func(t *testing.T) {
			t.Parallel()
			b, conn, p := start(t)
			ready(t, b, "renew")
			if c.operation == "acquire" {
				run(t, conn, endLease, "data")
			}
			before := locks(t, conn)
			unlock := lockRow(t, p, c.table, "data")
			const limit = 400 * time.Millisecond // less than the server would wait
			ctx, cancel := context.WithTimeout(context.Background(), limit)
			defer cancel()
			err := everything[c.operation](ctx, b)
			isUnknown(t, c.operation, err)
			if waiting(t, conn) == 0 {
				t.Error("the statement waits no more, though nobody told it to stop")
			}
			unlock()
			eventually(t, 20*time.Second, "nobody waits", func() bool { return sessions(t, conn) <= 1 })
			if after := locks(t, conn); after != before {
				t.Errorf("changed\n%s to\n%s", before, after)
			}
		})
	}
}

// A request waits for a row that another session has locked, no longer than its
// deadline, says so, and changes nothing afterwards.
func TestWaitForARowEndsWithTheRequest(t *testing.T) {
	t.Parallel()
	b, conn, p := start(t)
	ready(t, b, "renew")
	before := locks(t, conn)
	defer lockRow(t, p, "stormlock", "data")()
	for _, operation := range []string{"renew", "release"} {
		ctx, cancel := context.WithTimeout(context.Background(), 4*time.Second)
		err := everything[operation](ctx, b)
		cancel()
		if !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("%s: %v", operation, err)
		}
		contains(t, err, "error 1205", "the lock's row", "no lock was changed")
	}
	if after := locks(t, conn); after != before {
		t.Errorf("changed\n%s to\n%s", before, after)
	}
}

// A lease begins when it is granted, not when it was asked for: a wait for
// another session must not cost the holder of its time.
func TestWaitForARowCostsNoTime(t *testing.T) {
	t.Parallel()
	b, conn, p := start(t)
	acquire(t, b, want("over"))
	run(t, conn, endLease, "over")
	unlock := lockRow(t, p, "stormlock", "over")
	got := make(chan sdk.Lease, 1)
	go func() { got <- acquire(t, b, want("over")) }()
	eventually(t, 20*time.Second, "it waits", func() bool { return waiting(t, conn) == 1 })
	time.Sleep(300 * time.Millisecond)
	freed := one[string](t, conn, "SELECT SYSDATE(6)")
	unlock()
	<-got
	if !one[bool](t, conn, "SELECT expires >= TIMESTAMPADD(MINUTE, 1, ?) FROM stormlock", freed) {
		t.Error("the lease is shorter than was asked for")
	}
}

// A lease that ends while its renewal waits is not revived.
func TestRenewalThatWaitedBeyondTheEnd(t *testing.T) {
	t.Parallel()
	b, conn, p := start(t)
	lease := acquire(t, b, want("data"))
	run(t, conn, "UPDATE stormlock SET expires = TIMESTAMPADD(SECOND, 1, SYSDATE(6))")
	unlock := lockRow(t, p, "stormlock", "data")
	got := make(chan error, 1)
	go func() { _, err := b.Renew(testContext(t), lease); got <- err }()
	eventually(t, 20*time.Second, "it waits", func() bool { return waiting(t, conn) == 1 })
	time.Sleep(1100 * time.Millisecond)
	unlock()
	if err := <-got; !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("error = %v", err)
	}
}

// The row that was waited for is another's by then.
func TestLockTakenMeanwhileIsHeld(t *testing.T) {
	t.Parallel()
	b, conn, p := start(t)
	acquire(t, b, want("over"))
	run(t, conn, "UPDATE stormlock SET expires = TIMESTAMPADD(SECOND, -1, NOW())")
	before := one[int64](t, conn, "SELECT fence FROM stormlock_fence")
	for _, resource := range []string{"over", "free"} {
		tx, err := connect(t, p).BeginTx(testContext(t), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(pythonAcquire, resource, bytesOf(pythonHex)); err != nil {
			t.Fatal(err)
		}
		got := make(chan error, 1)
		go func() { _, err := b.Acquire(testContext(t), want(resource)); got <- err }()
		eventually(t, 20*time.Second, "it waits", func() bool { return waiting(t, conn) > 0 })
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		held, ok := errors.AsType[*sdk.HeldError](<-got)
		if !ok || held.Lease.Principal != "guido@ops" || held.Lease.ID != pythonHex {
			t.Errorf("%s: %v", resource, held)
		}
	}
	if after := one[int64](t, conn, "SELECT fence FROM stormlock_fence WHERE resource = 'over'"); after != before {
		t.Errorf("a refused acquire moved the counter from %d to %d", before, after)
	}
}

func TestDeadlineIsOnTheServersClock(t *testing.T) {
	t.Parallel()
	opened, _, _ := start(t)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	v, err := opened.(*backend).begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer v.hangUp()
	end, _ := ctx.Deadline()
	if early := end.Sub(time.UnixMicro(v.deadline)); early < 0 || early > 2*time.Second {
		t.Errorf("the deadline is %s before the context's", early)
	}
}

func TestEveryCallIsBounded(t *testing.T) {
	t.Parallel()
	b := openAt(t, Config{Host: "127.0.0.1", User: "lock", Database: "locks"}).(*backend)
	ctx, cancel := b.bounded(context.Background())
	defer cancel()
	if end, ok := ctx.Deadline(); !ok || time.Until(end) > bounded.CallTimeout {
		t.Errorf("deadline %s, %v", end, ok)
	}
	given, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	kept, cancel := b.bounded(given)
	defer cancel()
	want, _ := given.Deadline()
	if end, _ := kept.Deadline(); !end.Equal(want) {
		t.Errorf("the caller's deadline became %s", end)
	}
}

// The server does not answer any more: every call ends with its context.
func TestFrozenServer(t *testing.T) {
	t.Parallel()
	server := servers.MySQL(t)
	if err := server.Pause(); err != nil {
		t.Fatal(err)
	}
	b := openAt(t, place{server.Addr, "mysql"}.config())
	for name, operate := range everything {
		ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		backendtest.Promptly(t, func() {
			if err := operate(ctx, b); !errors.Is(err, sdk.ErrUnavailable) {
				t.Errorf("%s: %v", name, err)
			}
		})
		cancel()
	}
}
