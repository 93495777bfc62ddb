package mysql

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	library "github.com/go-sql-driver/mysql"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
	"github.com/stormlock/stormlock/test/servers"
)

// What these tests say throughout.
var (
	testContext = backendtest.Context
	want        = backendtest.Want
	acquire     = backendtest.Acquire
	release     = backendtest.Release
	giveUp      = backendtest.GiveUp
	list        = backendtest.List
	same        = backendtest.Same
	about       = backendtest.About
	contains    = backendtest.Says
	promptly    = backendtest.Promptly
	isUnknown   = backendtest.IsUnknown
	eventually  = backendtest.Eventually
	first       = servers.First
)

func TestMain(m *testing.M) {
	// Most of these tests wait most of the time, for a server or for a deadline.
	_ = flag.Set("test.parallel", "6")
	os.Exit(servers.Main(m))
}

// A place is a database of a test's own.
type place struct {
	addr string // of its server
	name string
}

var places atomic.Int64

// database makes one on the shared server.
func database(t testing.TB) place {
	t.Helper()
	return databaseAt(t, addressOf(t, servers.SharedMySQL(t)))
}

func databaseAt(t testing.TB, addr string) place {
	t.Helper()
	p := place{addr, fmt.Sprintf("test_%d_%d", os.Getpid(), places.Add(1))}
	admin := connect(t, place{addr, "mysql"})
	run(t, admin, "CREATE DATABASE "+p.name)
	t.Cleanup(func() { _, _ = admin.Exec("SET STATEMENT lock_wait_timeout = 5 FOR DROP DATABASE " + p.name) })
	return p
}

func addressOf(t testing.TB, at string) string {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// at is the same database behind another address.
func (p place) at(addr string) place { return place{addr, p.name} }

func (p place) config() Config {
	host, port, _ := strings.Cut(p.addr, ":")
	return Config{Host: host, Port: port, User: "root", Database: p.name}
}

// connect returns one plain connection, for fixtures and for what Python does.
func connect(t testing.TB, p place) *sql.DB {
	t.Helper()
	c := library.NewConfig()
	c.User, c.Net, c.Addr, c.DBName, c.ParseTime = "root", "tcp", p.addr, p.name, true
	c.Logger = &library.NopLogger{}
	c.Params = map[string]string{"time_zone": "'+00:00'", "innodb_lock_wait_timeout": "50"}
	connector, err := library.NewConnector(c)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func run(t testing.TB, conn *sql.DB, statement string, args ...any) int64 {
	t.Helper()
	result, err := conn.ExecContext(testContext(t), statement, args...)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	n, _ := result.RowsAffected()
	return n
}

// one returns the value that a query gives.
func one[T any](t testing.TB, conn *sql.DB, statement string, args ...any) T {
	t.Helper()
	var value T
	if err := conn.QueryRowContext(testContext(t), statement, args...).Scan(&value); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return value
}

// locks is every row of the table of locks but for those that ended long ago,
// which hold a place for the next lock.
func locks(t testing.TB, conn *sql.DB) string {
	t.Helper()
	return one[string](t, conn, `SELECT COALESCE(GROUP_CONCAT(CONCAT_WS(' ', HEX(resource), HEX(lease), HEX(principal), created, expires, HEX(reason), fence, HEX(details_of))
		ORDER BY resource), '') FROM stormlock WHERE expires > '1970-01-02' OR expires IS NULL OR principal = ''`)
}

// everywhere is every row of both tables.
func everywhere(t testing.TB, conn *sql.DB) string {
	t.Helper()
	return locks(t, conn) + one[string](t, conn, "SELECT COALESCE(GROUP_CONCAT(HEX(resource), ' ', fence ORDER BY resource), '') FROM stormlock_fence") +
		fmt.Sprint(one[int](t, conn, "SELECT COUNT(*) FROM stormlock"))
}

func openAt(t testing.TB, c Config) sdk.Backend {
	t.Helper()
	b, err := Open(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// start returns a backend that is set up in a database of its own, and a plain
// connection to that.
func start(t testing.TB) (sdk.Backend, *sql.DB, place) {
	t.Helper()
	p := database(t)
	b := openAt(t, p.config())
	setup(t, b)
	return b, connect(t, p), p
}

func setup(t testing.TB, b sdk.Backend) []string {
	t.Helper()
	statements, err := b.Setup(testContext(t), false)
	if err != nil {
		t.Fatalf("setup: %v", err)
	}
	return statements
}

// sessions counts the connections to a database beside this one.
func sessions(t testing.TB, conn *sql.DB) int {
	t.Helper()
	return one[int](t, conn, "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()")
}

// waitingSessions are the sessions of a database that wait for a lock: nothing else here
// takes so long. What InnoDB tells of that it tells anew only to who did not ask
// for a while.
const waitingSessions = `FROM information_schema.processlist
	WHERE db = DATABASE() AND id <> CONNECTION_ID() AND command = 'Query' AND time_ms > 100`

func waiting(t testing.TB, conn *sql.DB) int {
	t.Helper()
	return one[int](t, conn, "SELECT COUNT(*) "+waitingSessions)
}

// endLease makes a lease end just now.
const endLease = "UPDATE stormlock SET expires = SYSDATE(6) WHERE resource = ?"
