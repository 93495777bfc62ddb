package postgres

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

func dryRun(t *testing.T, b sdk.Backend) []string {
	t.Helper()
	statements, err := b.Setup(testContext(t), true)
	if err != nil {
		t.Fatal(err)
	}
	return statements
}

// starting are the states of a database that Setup begins with.
var starting = map[string]struct {
	table string
	sql   []string
	count int // of statements
}{
	"nothing":          {"", nil, 2},
	"no schema":        {"ops.locks", nil, 3},
	"Python's table":   {"", []string{pythonTable}, 3},
	"one time is left": {"", []string{pythonTable, "ALTER TABLE stormlock ALTER created TYPE timestamptz"}, 3},
	"no reason":        {"", []string{sqlOurTable, "ALTER TABLE stormlock DROP reason"}, 2},
	"no fences":        {"", []string{sqlOurTable}, 1},
}

var sqlOurTable = table{"public", "stormlock", false}.sql(sqlCreateTable)

func TestSetupDoesWhatTheDryRunSays(t *testing.T) {
	t.Parallel()
	for name, c := range starting {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := database(t)
			conn := connect(t, at)
			for _, sql := range c.sql {
				run(t, conn, sql)
			}
			b := openAt(t, Config{Connection: at, Table: c.table})
			if _, err := b.Acquire(testContext(t), want("deploy")); !errors.Is(err, sdk.ErrNotSetUp) {
				t.Errorf("acquire before: %v", err)
			}
			tables := "SELECT string_agg(x::text, ',' ORDER BY x::text) FROM information_schema.columns x WHERE table_schema NOT LIKE '%\\_%' AND table_schema <> 'information_schema'"
			before := one[*string](t, conn, tables)
			said := dryRun(t, b)
			if after := one[*string](t, conn, tables); (before == nil) != (after == nil) || before != nil && *before != *after {
				t.Error("the dry run changed the tables")
			}
			did := setup(t, b)
			if !slices.Equal(said, did) || len(did) != c.count {
				t.Errorf("the dry run says\n%q, setup did\n%q, want %d statements", said, did, c.count)
			}
			for _, statement := range did {
				if strings.ContainsAny(statement, "\r\n") || !strings.HasSuffix(statement, ";") || !strings.Contains(statement, `"`+b.(*backend).table.schema+`"`) {
					t.Errorf("statement %q", statement)
				}
			}
			if more := append(setup(t, b), dryRun(t, b)...); len(more) != 0 {
				t.Errorf("a second setup did %q", more)
			}
			everyOperation(t, b, "deploy")
		})
	}
}

// everyOperation takes each operation once.
func everyOperation(t *testing.T, b sdk.Backend, resource string) {
	t.Helper()
	ctx := testContext(t)
	lease := acquire(t, b, want(resource))
	if _, err := b.Acquire(ctx, want(resource)); !errors.Is(err, sdk.ErrHeld) {
		t.Errorf("second acquire: %v", err)
	}
	lease.TTL = time.Hour
	got, err := b.Renew(ctx, lease)
	if err != nil {
		t.Errorf("renew: %v", err)
	}
	about(t, got.TTL, time.Hour)
	if got, err := b.Current(ctx, resource); err != nil || got.ID != lease.ID {
		t.Errorf("current: %+v, %v", got, err)
	}
	if got := list(t, b, resource); !slices.Contains(got, resource) {
		t.Errorf("list: %q", got)
	}
	release(t, b, lease)
	if _, err := b.Current(ctx, resource); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("current after release: %v", err)
	}
}

// What a dry run prints is for people to look at and to run themselves.
func TestDryRunCanBePipedIntoPsql(t *testing.T) {
	t.Parallel()
	at := database(t)
	conn := connect(t, at)
	run(t, conn, "CREATE SCHEMA ops")
	run(t, conn, strings.Replace(pythonTable, "stormlock", "ops.locks", 1))
	b := openAt(t, Config{Connection: at, Table: "ops.locks"})
	statements := dryRun(t, b)
	for range 2 { // and can be repeated
		psql := exec.Command("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--dbname="+at)
		psql.Stdin = strings.NewReader(strings.Join(statements, "\n") + "\n")
		if text, err := psql.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
	}
	if more := setup(t, b); len(more) != 0 {
		t.Errorf("left to do: %q", more)
	}
	everyOperation(t, b, "deploy")
}

// Python's locks are held during the migration and after it, and its program
// goes on working.
func TestMigrationKeepsPythonsLocks(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"UTC", "Asia/Tokyo", "America/New_York", "<+03>-03"} {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			at := database(t)
			admin := connect(t, at)
			run(t, admin, "ALTER DATABASE "+one[string](t, admin, "SELECT current_database()")+" SET TimeZone = '"+zone+"'")
			conn := connect(t, at)
			run(t, conn, pythonTable)
			python(t, conn, pythonAcquire, "held", pythonUUID)
			run(t, conn, "INSERT INTO stormlock VALUES ('over', "+pythonID+", 'guido@ops', now() - interval '2 minutes', now() - interval '1 minute')")
			created := one[time.Time](t, conn, "SELECT created::timestamptz FROM stormlock WHERE resource = 'held'")

			b := openAt(t, Config{Connection: at})
			setup(t, b)
			got, err := b.Current(testContext(t), "held")
			if err != nil {
				t.Fatal(err)
			}
			same(t, got, sdk.Lease{Resource: "held", ID: pythonHex, Principal: "guido@ops", Created: created.UTC()})
			about(t, got.TTL, time.Minute)
			if _, err := b.Acquire(testContext(t), want("held")); !errors.Is(err, sdk.ErrHeld) {
				t.Errorf("acquire of Python's lock: %v", err)
			}
			if _, err := b.Current(testContext(t), "over"); !errors.Is(err, sdk.ErrNotHeld) {
				t.Errorf("current of a lock that is over: %v", err)
			}
			if python(t, conn, pythonAcquire, "held", sdk.NewID()) != 0 || python(t, conn, pythonRenew, "held", pythonUUID) != 1 ||
				python(t, conn, pythonRelease, "held", pythonUUID) != 1 || python(t, conn, pythonAcquire, "new", pythonUUID) != 1 {
				t.Error("Python's program does not go on working")
			}
		})
	}
}

func TestManySetupsAtOnce(t *testing.T) {
	t.Parallel()
	at := database(t)
	conn := connect(t, at)
	run(t, conn, pythonTable)
	var running sync.WaitGroup
	did := make([]int, 8)
	for i := range did {
		b := openAt(t, Config{Connection: at})
		running.Go(func() {
			statements, err := b.Setup(testContext(t), false)
			if err != nil {
				t.Error(err)
			}
			did[i] = len(statements)
		})
	}
	running.Wait()
	slices.Sort(did)
	if !slices.Equal(did, []int{0, 0, 0, 0, 0, 0, 0, 3}) {
		t.Errorf("the setups did %d statements", did)
	}
}

// A setup that cannot get at the table gives up in time, and nothing is half
// done.
func TestSetupOfALockedTable(t *testing.T) {
	t.Parallel()
	at := database(t)
	conn := connect(t, at)
	run(t, conn, pythonTable)
	blocker := connect(t, at)
	run(t, blocker, "BEGIN")
	run(t, blocker, "LOCK TABLE stormlock IN ACCESS SHARE MODE")
	b := openAt(t, Config{Connection: at})
	ctx, cancel := context.WithTimeout(testContext(t), 500*time.Millisecond)
	defer cancel()
	promptly(t, func() {
		statements, err := b.Setup(ctx, false)
		if !errors.Is(err, sdk.ErrUnavailable) || len(statements) > 0 {
			t.Errorf("%q, %v", statements, err)
		}
	})
	run(t, blocker, "ROLLBACK")
	if got := len(setup(t, b)); got != 3 {
		t.Errorf("%d statements were left to do, want 3", got)
	}
}

func TestSetupWithoutRights(t *testing.T) {
	t.Parallel()
	at := database(t)
	conn := connect(t, at)
	user := role(t, conn)
	b := openAt(t, Config{Connection: asUser(t, at, user, "")})
	for _, prepare := range []string{"SELECT 1", pythonTable, "CREATE SCHEMA ops"} {
		run(t, conn, prepare)
		statements, err := b.Setup(testContext(t), false)
		if !errors.Is(err, sdk.ErrRefused) || len(statements) > 0 {
			t.Errorf("%q, %v", statements, err)
		}
		contains(t, err, "SQLSTATE 42501", "owner")
	}
	if one[int](t, conn, "SELECT count(*) FROM information_schema.columns WHERE table_name = 'stormlock'") != 5 {
		t.Error("the table was changed")
	}
	if got := len(dryRun(t, b)); got != 3 {
		t.Errorf("dry run: %d statements", got)
	}
}

func TestPsqlIsThere(t *testing.T) {
	if path, err := exec.LookPath("psql"); err != nil || !filepath.IsAbs(path) {
		t.Fatalf("psql: %v; install it (Debian: apt-get install postgresql)", err)
	}
}
