package postgres

import (
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/stormlock/stormlock/sdk"
)

// What Python's stormlock 0.4.1 writes and how it reads. Its sessions have the
// time zone of the operator's PGTZ or else the server's.
const (
	pythonTable = `CREATE TABLE stormlock (resource text PRIMARY KEY, lease uuid, principal text, created timestamp, expires timestamp)`

	pythonAcquire = `INSERT INTO stormlock AS s (resource, lease, principal, created, expires)
		VALUES ($1, $2, 'guido@ops', now(), now() + interval '1 minute')
		ON CONFLICT (resource) DO UPDATE SET lease = excluded.lease, principal = excluded.principal,
			created = excluded.created, expires = excluded.expires
		WHERE s.expires < now()`
	pythonRenew   = `UPDATE stormlock SET expires = now() + interval '1 hour' WHERE resource = $1 AND lease = $2 AND expires > now()`
	pythonRelease = `DELETE FROM stormlock WHERE resource = $1 AND lease = $2 AND expires > now()`
	pythonCurrent = `SELECT lease::text FROM stormlock WHERE resource = $1 AND expires > now()`
)

const (
	pythonID   = "'0001feff-3435-3637-3839-616263646566'"
	pythonUUID = "0001feff-3435-3637-3839-616263646566"
	pythonHex  = "0001feff343536373839616263646566"
)

// python runs a statement of Python's and returns how many rows it changed.
func python(t *testing.T, conn *pgx.Conn, sql string, args ...any) int64 {
	t.Helper()
	tag, err := conn.Exec(testContext(t), sql, args...)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return tag.RowsAffected()
}

// pythonLock writes a row with an end and an id of choice.
func pythonLock(t *testing.T, conn *pgx.Conn, resource, expires, id string) {
	t.Helper()
	run(t, conn, "INSERT INTO stormlock (resource, lease, principal, created, expires) VALUES ($1, "+id+
		", 'guido@ops', '2025-11-22 08:26:40.123457+00', '"+expires+"')", resource)
}

func inAMinute(t *testing.T, conn *pgx.Conn) string {
	t.Helper()
	return one[string](t, conn, "SELECT (now() + interval '1 minute')::text")
}

func TestPythonsLockIsSeen(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	pythonLock(t, conn, "deploy", inAMinute(t, conn), pythonID)
	got, err := b.Current(testContext(t), "deploy")
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, sdk.Lease{
		Resource: "deploy", ID: pythonHex, Principal: "guido@ops",
		Created: time.UnixMicro(1763800000123457).UTC(),
	})
	about(t, got.TTL, time.Minute)
}

func TestPythonsLockIsRespectedRenewedAndReleased(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	python(t, conn, pythonAcquire, "deploy", pythonUUID)
	_, err := b.Acquire(testContext(t), want("deploy"))
	if held, ok := errors.AsType[*sdk.HeldError](err); !ok || held.Lease.Principal != "guido@ops" {
		t.Fatalf("acquire: %v", err)
	}
	lease := sdk.Lease{Resource: "deploy", ID: pythonHex, Principal: "ana", Reason: "mine now", TTL: time.Hour}
	if got := acquire(t, b, lease); got.Principal != "guido@ops" || got.Reason != "" || got.Fence != 0 {
		t.Errorf("acquire with Python's id: %+v", got)
	}
	got, err := b.Renew(testContext(t), lease)
	if err != nil || got.Fence != 0 || got.Reason != "" {
		t.Errorf("renew: %+v, %v", got, err)
	}
	about(t, got.TTL, time.Hour)
	if !one[bool](t, conn, "SELECT expires > now() + interval '59 minutes' FROM stormlock") {
		t.Error("the row was not renewed")
	}
	release(t, b, lease)
	if one[int](t, conn, "SELECT count(*) FROM stormlock") != 0 {
		t.Error("the row is still there")
	}
}

func TestOurLockIsReadByPythonsRules(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	lease := acquire(t, b, want("deploy"))
	id := one[string](t, conn, pythonCurrent, "deploy")
	if !sdk.SameID(id, lease.ID) {
		t.Errorf("Python reads the id %s, want %s", id, lease.ID)
	}
	if python(t, conn, pythonAcquire, "deploy", pythonUUID) != 0 {
		t.Error("Python takes a lock that is held")
	}
	if python(t, conn, pythonRenew, "deploy", id) != 1 {
		t.Error("Python does not renew our lock")
	}
	renewed, err := b.Current(testContext(t), "deploy")
	if err != nil {
		t.Fatal(err)
	}
	same(t, renewed, lease)
	about(t, renewed.TTL, time.Hour)
	if python(t, conn, pythonRelease, "deploy", id) != 1 {
		t.Error("Python does not release our lock")
	}
	if _, err := b.Renew(testContext(t), lease); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("renew: %v", err)
	}
	if got := acquire(t, b, want("deploy")); got.Fence <= lease.Fence {
		t.Errorf("fence went from %d to %d", lease.Fence, got.Fence)
	}
}

// Python takes over the row of our lock that has ended, and does not know of
// the columns for the reason and the fence.
func TestPythonsTakeoverShowsNothingOfOurs(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	ours := acquire(t, b, want("deploy"))
	run(t, conn, endLease, "deploy")
	if python(t, conn, pythonAcquire, "deploy", pythonUUID) != 1 {
		t.Fatal("Python does not take the lock")
	}
	shown := map[string]sdk.Lease{}
	shown["current"], _ = b.Current(testContext(t), "deploy")
	for lease := range b.List(testContext(t), "") {
		shown["list"] = lease
	}
	_, err := b.Acquire(testContext(t), want("deploy"))
	if held, ok := errors.AsType[*sdk.HeldError](err); ok {
		shown["held"] = held.Lease
	}
	shown["renew"], _ = b.Renew(testContext(t), sdk.Lease{Resource: "deploy", ID: pythonHex, TTL: time.Minute})
	for where, lease := range shown {
		if lease.ID != pythonHex || lease.Principal != "guido@ops" || lease.Reason != "" || lease.Fence != 0 {
			t.Errorf("%s shows %+v", where, lease)
		}
	}
	if len(shown) != 4 {
		t.Errorf("shown: %v", shown)
	}
	release(t, b, shown["current"])
	if next := acquire(t, b, want("deploy")); next.Fence <= ours.Fence {
		t.Errorf("fence went from %d to %d", ours.Fence, next.Fence)
	}
}

// A fault of Python's: two operators in two time zones both got the lock.
func TestTwoTimeZonesOneLock(t *testing.T) {
	_, conn, at := start(t)
	t.Setenv("PGTZ", "UTC")
	lease := acquire(t, openAt(t, Config{Connection: at}), want("deploy"))
	for _, zone := range []string{"Asia/Tokyo", "America/Los_Angeles"} {
		t.Setenv("PGTZ", zone)
		b := openAt(t, Config{Connection: at})
		if _, err := b.Acquire(testContext(t), want("deploy")); !errors.Is(err, sdk.ErrHeld) {
			t.Errorf("PGTZ=%s acquire: %v", zone, err)
		}
		got, err := b.Current(testContext(t), "deploy")
		if err != nil {
			t.Fatalf("PGTZ=%s current: %v", zone, err)
		}
		same(t, got, lease)
		about(t, got.TTL, time.Minute)
		run(t, conn, "SET TimeZone = '"+zone+"'")
		if python(t, conn, pythonAcquire, "deploy", pythonUUID) != 0 {
			t.Errorf("Python in %s takes a lock that is held", zone)
		}
		if python(t, conn, pythonAcquire, "of "+zone, pythonUUID) != 1 {
			t.Errorf("Python in %s does not take a free lock", zone)
		}
		if got, err := b.Current(testContext(t), "of "+zone); err != nil {
			t.Errorf("Python's lock: %v", err)
		} else {
			about(t, got.TTL, time.Minute)
		}
	}
	t.Setenv("PGTZ", "UTC")
	for _, name := range []string{"of Asia/Tokyo", "of America/Los_Angeles"} {
		if _, err := openAt(t, Config{Connection: at}).Acquire(testContext(t), want(name)); !errors.Is(err, sdk.ErrHeld) {
			t.Errorf("acquire of Python's %s: %v", name, err)
		}
	}
}

// The same table before it was migrated: every operation is refused, since it
// would hand out a lock twice.
func TestPythonsUnmigratedTableIsRefused(t *testing.T) {
	t.Parallel()
	at := database(t)
	conn := connect(t, at)
	run(t, conn, pythonTable)
	python(t, conn, pythonAcquire, "data", pythonUUID)
	before := dump(t, conn)
	b := openAt(t, Config{Connection: at})
	for name, operate := range everything {
		if name == "setup" {
			continue
		}
		err := operate(testContext(t), b)
		if !errors.Is(err, sdk.ErrNotSetUp) {
			t.Errorf("%s: %v", name, err)
		}
		contains(t, err, `table "public.stormlock"`, "without a time zone", "two time zones")
	}
	if after := dump(t, conn); after != before {
		t.Errorf("changed\n%s to\n%s", before, after)
	}
}
