package mysql

import (
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// What Python's stormlock 0.4 writes and how it reads, its parameters being texts
// and bytes. Its sessions have the time zone of the server, or whichever.
const (
	pythonTable = `CREATE TABLE stormlock (resource VARCHAR(128) PRIMARY KEY, lease BINARY(16), principal VARCHAR(128),
		created TIMESTAMP NULL, expires TIMESTAMP NULL)`

	pythonAcquire = `INSERT INTO stormlock (resource, lease, principal, created, expires)
		VALUES (?, ?, 'guido@ops', NOW(), TIMESTAMPADD(MINUTE, 1, NOW()))
		ON DUPLICATE KEY UPDATE
			lease = IF(expires < NOW(), VALUES(lease), lease),
			principal = IF(expires < NOW(), VALUES(principal), principal),
			created = IF(expires < NOW(), VALUES(created), created),
			expires = IF(expires < NOW(), VALUES(expires), expires)`
	pythonRenew   = `UPDATE stormlock SET expires = TIMESTAMPADD(HOUR, 1, NOW()) WHERE resource = ? AND lease = ? AND expires > NOW()`
	pythonRelease = `DELETE FROM stormlock WHERE resource = ? AND lease = ? AND expires > NOW()`
	pythonCurrent = `SELECT COALESCE(MAX(HEX(lease)), '') FROM stormlock WHERE resource = ? AND expires > NOW()`
)

const pythonHex = "0001FEFF343536373839616263646566"

func bytesOf(id string) []byte {
	raw, _ := sdk.ParseID(id)
	return raw[:]
}

// pythonTakes reports whether Python takes a lock, which it finds out by looking.
func pythonTakes(t *testing.T, conn *sql.DB, resource string) bool {
	t.Helper()
	run(t, conn, pythonAcquire, resource, bytesOf(pythonHex))
	return one[string](t, conn, pythonCurrent, resource) == pythonHex
}

func TestPythonsLockIsSeen(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	run(t, conn, "INSERT INTO stormlock (resource, lease, principal, created, expires) VALUES ('deploy', ?, 'guido@ops', '2025-11-22 08:26:40', TIMESTAMPADD(MINUTE, 1, NOW()))", bytesOf(pythonHex))
	got, err := b.Current(testContext(t), "deploy")
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, sdk.Lease{Resource: "deploy", ID: pythonHex, Principal: "guido@ops", Created: time.Unix(1763800000, 0).UTC()})
	about(t, got.TTL, time.Minute)
}

func TestPythonsLockIsRespectedRenewedAndReleased(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	if !pythonTakes(t, conn, "deploy") {
		t.Fatal("Python does not take a free lock")
	}
	_, err := b.Acquire(testContext(t), want("deploy"))
	if held, ok := errors.AsType[*sdk.HeldError](err); !ok || held.Lease.Principal != "guido@ops" {
		t.Fatalf("acquire: %v", err)
	}
	lease := sdk.Lease{Resource: "deploy", ID: "0001feff-3435-3637-3839-616263646566", Principal: "ana", Reason: "mine now", TTL: time.Hour}
	if got := acquire(t, b, lease); got.Principal != "guido@ops" || got.Reason != "" || got.Fence != 0 {
		t.Errorf("acquire with Python's id: %+v", got)
	}
	got, err := b.Renew(testContext(t), lease)
	if err != nil || got.Fence != 0 || got.Reason != "" || got.ID != pythonHex {
		t.Errorf("renew: %+v, %v", got, err)
	}
	about(t, got.TTL, time.Hour)
	if !one[bool](t, conn, "SELECT expires > TIMESTAMPADD(MINUTE, 59, NOW()) FROM stormlock") {
		t.Error("the row was not renewed")
	}
	release(t, b, lease)
	if one[int](t, conn, "SELECT COUNT(*) FROM stormlock") != 0 {
		t.Error("the row is still there")
	}
}

func TestOurLockIsReadByPythonsRules(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	lease := acquire(t, b, want("deploy"))
	if id := one[string](t, conn, pythonCurrent, "deploy"); id != lease.ID {
		t.Errorf("Python reads the id %s, want %s", id, lease.ID)
	}
	if pythonTakes(t, conn, "deploy") {
		t.Error("Python takes a lock that is held")
	}
	if run(t, conn, pythonRenew, "deploy", bytesOf(lease.ID)) != 1 {
		t.Error("Python does not renew our lock")
	}
	renewed, err := b.Current(testContext(t), "deploy")
	if err != nil {
		t.Fatal(err)
	}
	same(t, renewed, lease)
	about(t, renewed.TTL, time.Hour)
	if run(t, conn, pythonRelease, "deploy", bytesOf(lease.ID)) != 1 {
		t.Error("Python does not release our lock")
	}
	if _, err := b.Renew(testContext(t), lease); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("renew: %v", err)
	}
	if got := acquire(t, b, want("deploy")); got.Fence <= lease.Fence {
		t.Errorf("fence went from %d to %d", lease.Fence, got.Fence)
	}
}

// What we leave where a lock is not held yet is free to Python.
func TestPlaceIsFreeToPython(t *testing.T) {
	t.Parallel()
	b, conn, p := start(t)
	_, err := openAt(t, p.behind(t, servers.Wire{Drop: isTake})).Acquire(testContext(t), want("deploy"))
	isUnknown(t, "acquire", err)
	if one[int](t, conn, "SELECT COUNT(*) FROM stormlock") != 1 {
		t.Fatal("no place was made")
	}
	if names := list(t, b, ""); len(names) != 0 {
		t.Errorf("list: %q", names)
	}
	if !pythonTakes(t, conn, "deploy") {
		t.Error("Python does not take a free lock")
	}
}

// Python takes over the row of our lock that has ended, and does not know of
// the columns for the reason and the fence.
func TestPythonsTakeoverShowsNothingOfOurs(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	ours := acquire(t, b, want("deploy"))
	run(t, conn, "UPDATE stormlock SET expires = TIMESTAMPADD(SECOND, -1, NOW())")
	if !pythonTakes(t, conn, "deploy") {
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

// Python's session, and the server, may be in any time zone.
func TestTwoTimeZonesOneLock(t *testing.T) {
	t.Parallel()
	b, conn, p := start(t)
	admin := connect(t, place{p.addr, "mysql"})
	run(t, admin, "SET GLOBAL time_zone = '+09:00'")
	defer run(t, admin, "SET GLOBAL time_zone = 'SYSTEM'")
	lease := acquire(t, b, want("deploy"))
	for _, zone := range []string{"+09:00", "-08:00", "+00:00"} {
		run(t, conn, "SET time_zone = '"+zone+"'")
		if pythonTakes(t, conn, "deploy") {
			t.Errorf("Python in %s takes a lock that is held", zone)
		}
		if !pythonTakes(t, conn, "of "+zone) {
			t.Errorf("Python in %s does not take a free lock", zone)
		}
		if got, err := b.Current(testContext(t), "of "+zone); err != nil {
			t.Errorf("Python's lock: %v", err)
		} else {
			about(t, got.TTL, time.Minute)
		}
		if got, err := b.Current(testContext(t), "deploy"); err != nil {
			t.Error(err)
		} else {
			same(t, got, lease)
		}
	}
}

// Python's table before it was migrated: every operation is refused, since two
// names would be one lock, or one name two.
func TestPythonsUnmigratedTableIsRefused(t *testing.T) {
	t.Parallel()
	p := database(t)
	conn := connect(t, p)
	run(t, conn, pythonTable)
	pythonTakes(t, conn, "data")
	b := openAt(t, p.config())
	for name, operate := range everything {
		if name == "setup" {
			continue
		}
		err := operate(testContext(t), b)
		if !errors.Is(err, sdk.ErrNotSetUp) {
			t.Errorf("%s: %v", name, err)
		}
		contains(t, err, `.stormlock" has a column "resource" that is of type varchar(128) and not varbinary(255)`, "would be one lock")
	}
	if n := one[int](t, conn, "SELECT COUNT(*) FROM stormlock WHERE principal = 'guido@ops'"); n != 1 {
		t.Error("it was changed")
	}
}
