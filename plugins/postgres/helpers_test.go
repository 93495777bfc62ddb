package postgres

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

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
	within      = backendtest.Within
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

var databases atomic.Int64

// database makes a database of the test's own on the shared server, and returns
// the superuser's URL of it. options follow CREATE DATABASE.
func database(t testing.TB, options ...string) string {
	t.Helper()
	server := servers.SharedPostgres(t)
	name := fmt.Sprintf("test_%d_%d", os.Getpid(), databases.Add(1))
	admin := connect(t, server)
	run(t, admin, "CREATE DATABASE "+name+" "+strings.Join(options, " "))
	t.Cleanup(func() { run(t, admin, "DROP DATABASE "+name+" WITH (FORCE)") })
	return replaceDatabase(t, server, name)
}

func replaceDatabase(t testing.TB, at, name string) string {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

// asUser returns a URL with another user and password.
func asUser(t testing.TB, at, user, password string) string {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(user, password)
	return u.String()
}

// at returns a URL with another address.
func at(t testing.TB, base, addr string) string {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	u.Host = addr
	return u.String()
}

// connect returns a plain connection, for fixtures and for what Python does.
func connect(t testing.TB, at string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(testContext(t), at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func run(t testing.TB, conn *pgx.Conn, sql string, args ...any) {
	t.Helper()
	if _, err := conn.Exec(testContext(t), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// runEach runs statements that are separated by "; ".
func runEach(t testing.TB, conn *pgx.Conn, statements string) {
	t.Helper()
	for sql := range strings.SplitSeq(statements, "; ") {
		run(t, conn, sql)
	}
}

// one returns the value that a query gives.
func one[T any](t testing.TB, conn *pgx.Conn, sql string, args ...any) T {
	t.Helper()
	var value T
	if err := conn.QueryRow(testContext(t), sql, args...).Scan(&value); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return value
}

// dump is what a database holds: every row of every table, byte for byte, with
// the transaction that wrote it.
func dump(t testing.TB, conn *pgx.Conn) string {
	t.Helper()
	tables := one[[]string](t, conn, `SELECT coalesce(array_agg(format('%I.%I', schemaname, tablename) ORDER BY 1), '{}')
		FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`)
	var all strings.Builder
	for _, name := range tables {
		fmt.Fprintf(&all, "%s\n%s\n", name, rowsOf(t, conn, name))
	}
	return all.String()
}

// locks is the same of the table of locks alone, without the counters.
func locks(t testing.TB, conn *pgx.Conn) string {
	t.Helper()
	return rowsOf(t, conn, "stormlock")
}

func rowsOf(t testing.TB, conn *pgx.Conn, table string) string {
	t.Helper()
	return one[string](t, conn, "SELECT coalesce(string_agg(x.ctid || ' ' || x.xmin || ' ' || x::text, E'\\n' ORDER BY x.ctid), '') FROM "+table+" x")
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
func start(t testing.TB) (sdk.Backend, *pgx.Conn, string) {
	t.Helper()
	at := database(t)
	b := openAt(t, Config{Connection: at})
	setup(t, b)
	return b, connect(t, at), at
}

// unhurried tries something that ends with its time, again with twice as much
// where that was over, as on a slow machine, before what is to be seen.
func unhurried(t *testing.T, try func(limit time.Duration) (seen bool)) {
	t.Helper()
	limit := time.Second
	for range 5 {
		if try(limit) {
			return
		}
		limit *= 2
	}
	t.Fatalf("not seen within %s", limit/2)
}

// closes waits for a channel to be closed, if not for long.
func closes(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	case <-time.After(time.Second):
		return false
	}
}

func setup(t testing.TB, b sdk.Backend) []string {
	t.Helper()
	statements, err := b.Setup(testContext(t), false)
	if err != nil {
		t.Fatalf("setup: %v", err)
	}
	return statements
}

// others counts the connections to the database beside this one.
func others(t testing.TB, conn *pgx.Conn) int {
	t.Helper()
	return one[int](t, conn, `SELECT count(*) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`)
}
