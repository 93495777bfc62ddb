package mysql

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
	"github.com/stormlock/stormlock/test/servers"
)

// own starts a server of the test's own, set up.
func own(t *testing.T, args ...string) (sdk.Backend, *servers.MySQLServer, place) {
	t.Helper()
	server := servers.MySQL(t, args...)
	p := databaseAt(t, server.Addr)
	b := openAt(t, p.config())
	setup(t, b)
	return b, server, p
}

// A replica is read-only. It may be behind, so that it does not even answer.
func TestReplicaDoesNotAnswer(t *testing.T) {
	t.Parallel()
	b, _, p := own(t)
	conn := connect(t, p)
	ready(t, b, "renew")
	run(t, conn, "SET GLOBAL read_only = 1") // root may write nevertheless
	before := everywhere(t, conn)
	for name, operate := range everything {
		err := operate(testContext(t), b)
		if !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
		contains(t, err, "the server is read-only", "give the primary", "no lock was changed")
	}
	if after := everywhere(t, conn); after != before {
		t.Errorf("changed\n%s to\n%s", before, after)
	}
}

// It becomes one just before the request that decides.
func TestPrimaryThatIsDemotedMeanwhile(t *testing.T) {
	t.Parallel()
	straight, _, p := own(t)
	conn := connect(t, p)
	for operation, at := range map[string]func(string) bool{"acquire": isTake, "renew": isRenew, "release": isDelete} {
		ready(t, straight, operation)
		before := locks(t, conn)
		c := user(t, p, privileges)
		behind := p.behind(t, servers.Wire{Hold: first(at, func() { run(t, conn, "SET GLOBAL read_only = 1") })})
		behind.User, behind.Password = c.User, c.Password
		err := everything[operation](testContext(t), openAt(t, behind))
		if !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("%s: %v", operation, err)
		}
		contains(t, err, "error 1290", "no lock was changed")
		run(t, conn, "SET GLOBAL read_only = 0")
		if after := locks(t, conn); after != before {
			t.Errorf("%s: changed\n%s to\n%s", operation, before, after)
		}
	}
}

// What a server has by default decides nothing.
func TestSettingsOfTheServerDoNotMatter(t *testing.T) {
	t.Parallel()
	b, _, p := own(t, "--sql-mode=NO_BACKSLASH_ESCAPES,ANSI_QUOTES,ALLOW_INVALID_DATES", "--explicit-defaults-for-timestamp=OFF", "--default-time-zone=-08:00",
		"--transaction-isolation=READ-UNCOMMITTED", "--autocommit=0", "--character-set-server=latin1", "--skip-character-set-client-handshake",
		"--default-storage-engine=MyISAM", "--max-statement-time=0.0001", "--lower-case-table-names=1")
	conn := connect(t, p)
	run(t, conn, "SET autocommit = 1, max_statement_time = 0")
	run(t, conn, "SET GLOBAL sql_select_limit = 1")
	run(t, conn, "SET NAMES utf8mb4")
	for _, name := range []string{"a'b\\", `quote " and \'`, "漢"} {
		w := want(name)
		w.Reason = name
		lease := acquire(t, b, w)
		got, err := b.Current(testContext(t), name)
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, lease)
		if stored := one[string](t, conn, "SELECT HEX(reason) FROM stormlock WHERE details_of = ?", bytesOf(lease.ID)); !strings.EqualFold(stored, hex.EncodeToString([]byte(name))) {
			t.Errorf("the reason %q is stored as %s", name, stored)
		}
		renewed, err := b.Renew(testContext(t), sdk.Lease{Resource: name, ID: lease.ID, TTL: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		same(t, renewed, lease)
	}
	if names := list(t, b, ""); len(names) != 3 {
		t.Errorf("list: %q", names)
	}
	// Nobody else's uncommitted rows are believed.
	tx, err := conn.BeginTx(testContext(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback() //nolint:errcheck // it is over with the test
	if _, err := tx.Exec("INSERT INTO stormlock (resource, lease, principal, created, expires) VALUES ('dirty', x'00', 'x', NOW(), '2030-01-01')"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Current(testContext(t), "dirty"); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("a lock that was not committed: %v", err)
	}
}

// A build of MariaDB that has nothing of clusters, and MySQL, do not have the
// cluster's settings.
func TestServerWithoutAClustersSettings(t *testing.T) {
	t.Parallel()
	_, _, p := start(t)
	b := openAt(t, p.behind(t, servers.Wire{Alter: func(request string) string { return strings.ReplaceAll(request, "wsrep_sync_wait", "none_of_a_kind_") }}))
	release(t, b, acquire(t, b, want("deploy")))
}

// A clock that stands still while a statement waits would have it judge by the
// time before.
func TestClockThatStandsStillIsRefused(t *testing.T) {
	t.Parallel()
	server := servers.MySQL(t, "--sysdate-is-now")
	b := openAt(t, databaseAt(t, server.Addr).config())
	for name, operate := range everything {
		err := operate(testContext(t), b)
		if !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
		contains(t, err, "sysdate-is-now", "no lock was changed")
	}
	backendtest.Finds(t, b, sdk.LevelError, "waits", "sysdate-is-now")
}

func TestLogOfStatementsIsRefused(t *testing.T) {
	t.Parallel()
	b, _, p := own(t, "--log-bin=bin", "--binlog-format=STATEMENT", "--server-id=1")
	err := everything["acquire"](testContext(t), b)
	if !errors.Is(err, sdk.ErrUnavailable) {
		t.Error(err)
	}
	contains(t, err, "binlog_format to ROW or MIXED", "no lock was changed")
	if locks(t, connect(t, p)) != "" {
		t.Error("a lock was taken")
	}
	backendtest.Finds(t, b, sdk.LevelError, "log", "binlog_format is STATEMENT")
}

// An administrator can end a session, or a statement, at any time.
func TestSessionEndedByTheServer(t *testing.T) {
	t.Parallel()
	b, conn, p := start(t)
	ready(t, b, "renew")
	for _, how := range []string{"KILL CONNECTION ", "KILL QUERY "} {
		unlock := lockRow(t, p, "stormlock", "data")
		before := locks(t, conn)
		got := make(chan error, 1)
		go func() { _, err := b.Renew(testContext(t), held()); got <- err }()
		eventually(t, 20*time.Second, "it waits", func() bool { return waiting(t, conn) == 1 })
		run(t, conn, how+one[string](t, conn, "SELECT id "+waitingSessions))
		isUnknown(t, how, <-got)
		unlock()
		if after := locks(t, conn); after != before {
			t.Errorf("changed\n%s to\n%s", before, after)
		}
	}
}

// Two sessions wait for each other: the server undoes one, and says which.
func TestDeadlock(t *testing.T) {
	t.Parallel()
	b, conn, p := start(t)
	ready(t, b, "renew")
	run(t, conn, endLease, "data")
	before := locks(t, conn)
	other, err := connect(t, p).BeginTx(testContext(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	must := func(statement string) {
		if _, err := other.Exec(statement); err != nil {
			t.Errorf("%s: %v", statement, err)
		}
	}
	// The other has done more, so that it is ours which is undone.
	must("INSERT INTO stormlock_fence SELECT CONCAT('x', seq), 1 FROM seq_1_to_50")
	var n int
	if err := other.QueryRow("SELECT 1 FROM stormlock WHERE resource = 'data' FOR UPDATE").Scan(&n); err != nil {
		t.Fatal(err)
	}
	got := make(chan error, 1)
	go func() { _, err := b.Acquire(testContext(t), want("data")); got <- err }()
	eventually(t, 20*time.Second, "it waits", func() bool { return waiting(t, conn) == 1 })
	if err := other.QueryRow("SELECT 1 FROM stormlock_fence WHERE resource = 'data' FOR UPDATE").Scan(&n); err != nil {
		t.Fatal(err)
	}
	err = <-got
	if !errors.Is(err, sdk.ErrUnavailable) {
		t.Error(err)
	}
	contains(t, err, "error 1213", "no lock was changed", "try again")
	_ = other.Rollback()
	if after := locks(t, conn); after != before {
		t.Errorf("changed\n%s to\n%s", before, after)
	}
}

func TestTooManyConnections(t *testing.T) {
	t.Parallel()
	server := servers.MySQL(t, "--max-connections=10")
	p := place{server.Addr, "mysql"}
	for range 11 { // one more than the others may, for an administrator
		_ = connect(t, p).Ping()
	}
	for name, operate := range everything {
		err := operate(testContext(t), openAt(t, p.config()))
		if !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
		contains(t, err, "error 1040", "no lock was changed")
	}
}

func TestServerThatIsDown(t *testing.T) {
	t.Parallel()
	b, server, _ := own(t)
	acquire(t, b, held())
	server.Stop()
	for name, operate := range everything {
		err := operate(testContext(t), b)
		if !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
		contains(t, err, "connection refused", "mysql at 127.0.0.1:")
	}
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Current(testContext(t), "data"); err != nil || got.ID != pythonHex {
		t.Errorf("after a crash: %+v, %v", got, err)
	}
}

// The server dies when it has a request.
func TestServerThatDiesAtEachStage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		at      func(string) bool
		certain bool
	}{{isMeeting, true}, {isLook, true}, {isTake, false}} {
		_, server, p := own(t)
		doomed := openAt(t, p.behind(t, servers.Wire{Hold: first(c.at, server.Stop)}))
		ctx, cancel := context.WithTimeout(testContext(t), 10*time.Second)
		err := everything["acquire"](ctx, doomed)
		cancel()
		if c.certain && !errors.Is(err, sdk.ErrUnavailable) {
			t.Error(err)
		} else if !c.certain {
			isUnknown(t, "acquire", err)
		}
	}
}

func TestSocket(t *testing.T) {
	t.Parallel()
	_, server, p := own(t)
	c := p.config()
	c.Host, c.Port = server.Socket, ""
	b := openAt(t, c)
	release(t, b, acquire(t, b, want("deploy")))
	backendtest.Finds(t, b, sdk.LevelOK, "connection", server.Socket)
}
