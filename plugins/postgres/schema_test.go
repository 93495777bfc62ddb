package postgres

import (
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/stormlock/stormlock/sdk"
)

func isConfig(t *testing.T, what string, err error, key string) {
	t.Helper()
	wrong, ok := errors.AsType[*sdk.ConfigError](err)
	if !ok || wrong.Key != key || !errors.Is(err, sdk.ErrConfig) || errors.Is(err, sdk.ErrNotSetUp) {
		t.Errorf("%s: error = %v, want a ConfigError of key %q", what, err, key)
	}
}

// unfits are tables that cannot hold locks, and that Setup must not touch: what
// makes them from ours, and what the error says.
var unfits = map[string]struct {
	sql  string
	text string
}{
	"view":              {"ALTER TABLE stormlock RENAME TO real; CREATE VIEW stormlock AS SELECT * FROM real", "is a view"},
	"materialized view": {"ALTER TABLE stormlock RENAME TO real; CREATE MATERIALIZED VIEW stormlock AS SELECT * FROM real", "is a materialized view"},
	"sequence":          {"DROP TABLE stormlock; CREATE SEQUENCE stormlock", "is a sequence"},
	"partitioned":       {"ALTER TABLE stormlock RENAME TO real; CREATE TABLE stormlock (LIKE real) PARTITION BY LIST (resource)", "is a partitioned table"},
	"another's":         {"DROP TABLE stormlock; CREATE TABLE stormlock (id int)", `no column "resource"`},
	"no lease":          {"ALTER TABLE stormlock DROP lease", `no column "lease"`},
	"lease as text":     {"ALTER TABLE stormlock ALTER lease TYPE text", `"lease" is of type text and not uuid`},
	"resource varchar":  {"ALTER TABLE stormlock ALTER resource TYPE varchar(10)", `"resource" is of type character varying and not text`},
	"principal number":  {"ALTER TABLE stormlock ALTER principal TYPE int USING 0", `"principal" is of type integer and not text`},
	"expires date":      {"ALTER TABLE stormlock ALTER expires TYPE date", `"expires" is of type date and not timestamp with time zone`},
	"created text":      {"ALTER TABLE stormlock ALTER created TYPE text", `"created" is of type text`},
	"reason number":     {"ALTER TABLE stormlock ALTER reason TYPE int USING 0", `"reason" is of type integer and not text`},
	"fence text":        {"ALTER TABLE stormlock ALTER fence TYPE text", `"fence" is of type text and not bigint`},
	"details text":      {"ALTER TABLE stormlock ALTER details_of TYPE text", `"details_of" is of type text and not uuid`},
	"no key":            {"ALTER TABLE stormlock DROP CONSTRAINT stormlock_pkey", "two rows for one resource"},
	"key of two":        {"ALTER TABLE stormlock DROP CONSTRAINT stormlock_pkey, ADD PRIMARY KEY (resource, lease)", "two rows for one resource"},
	"partial key":       {"ALTER TABLE stormlock DROP CONSTRAINT stormlock_pkey; CREATE UNIQUE INDEX ON stormlock (resource) WHERE fence > 0", "two rows for one resource"},
	"deferred key":      {"ALTER TABLE stormlock DROP CONSTRAINT stormlock_pkey, ADD PRIMARY KEY (resource) DEFERRABLE", "two rows for one resource"},
	"key of upper case": {"ALTER TABLE stormlock DROP CONSTRAINT stormlock_pkey; CREATE UNIQUE INDEX ON stormlock (upper(resource))", "two rows for one resource"},
	"folding names": {
		"CREATE COLLATION folding (provider = icu, locale = 'und-u-ks-level2', deterministic = false); ALTER TABLE stormlock ALTER resource TYPE text COLLATE folding",
		"different names for equal",
	},
	"unlogged":         {"ALTER TABLE stormlock SET UNLOGGED", "unlogged"},
	"fence unlogged":   {"ALTER TABLE stormlock_fence SET UNLOGGED", "public.stormlock_fence, which is unlogged"},
	"another's fence":  {"DROP TABLE stormlock_fence; CREATE TABLE stormlock_fence (id int)", `public.stormlock_fence, which has no column "resource"`},
	"fence of numbers": {"ALTER TABLE stormlock_fence ALTER fence TYPE int", `"fence" is of type integer and not bigint`},
	"fence without key": {
		"ALTER TABLE stormlock_fence DROP CONSTRAINT stormlock_fence_pkey", "public.stormlock_fence, which allows two rows",
	},
}

func TestTablesThatCannotHoldLocks(t *testing.T) {
	t.Parallel()
	for name, c := range unfits {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, conn, _ := start(t)
			runEach(t, conn, c.sql)
			before := dump(t, conn)
			for _, operation := range []string{"acquire", "current", "setup"} {
				err := everything[operation](testContext(t), b)
				isConfig(t, operation, err, "table")
				contains(t, err, c.text)
			}
			if after := dump(t, conn); after != before {
				t.Errorf("changed\n%s to\n%s", before, after)
			}
		})
	}
}

func TestRowSecurityIsRefused(t *testing.T) {
	t.Parallel()
	_, conn, at := start(t)
	user := role(t, conn)
	grant(t, conn, user, privileges)
	b := openAt(t, Config{Connection: asUser(t, at, user, "")})
	everyOperation(t, b, "deploy")
	run(t, conn, "ALTER TABLE stormlock ENABLE ROW LEVEL SECURITY")
	_, err := b.Current(testContext(t), "deploy")
	isConfig(t, "current", err, "table")
	contains(t, err, "row-level security")
}

// gapless tables lack what Setup makes.
func TestTablesThatAreNotSetUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ sql, text string }{
		"no table":   {"DROP TABLE stormlock", `table "public.stormlock" does not exist`},
		"no fences":  {"DROP TABLE stormlock_fence", `table "public.stormlock_fence", which counts the grants, does not exist`},
		"no schema":  {"ALTER SCHEMA public RENAME TO gone", `schema "public" does not exist`},
		"no reason":  {"ALTER TABLE stormlock DROP reason", `table "public.stormlock" has no column "reason"`},
		"no details": {"ALTER TABLE stormlock DROP details_of", `no column "details_of"`},
		"naive end":  {"ALTER TABLE stormlock ALTER expires TYPE timestamp", "without a time zone"},
		"naive start": {
			"ALTER TABLE stormlock ALTER created TYPE timestamp", "without a time zone",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, conn, _ := start(t)
			acquire(t, b, want("data"))
			run(t, conn, c.sql)
			before := dump(t, conn)
			for operation, operate := range everything {
				if operation == "setup" {
					continue
				}
				err := operate(testContext(t), b)
				if !errors.Is(err, sdk.ErrNotSetUp) {
					t.Errorf("%s: %v", operation, err)
				}
				contains(t, err, c.text)
			}
			if after := dump(t, conn); after != before {
				t.Errorf("changed\n%s to\n%s", before, after)
			}
		})
	}
}

// Two operators whose search paths differ must not have a table each.
func TestSearchPathDoesNotChooseTheTable(t *testing.T) {
	t.Parallel()
	b, conn, at := start(t)
	acquire(t, b, want("deploy"))
	run(t, conn, "CREATE SCHEMA ops")
	user := role(t, conn)
	grant(t, conn, user, privileges)
	run(t, conn, "ALTER ROLE "+user+" SET search_path = ops, public")
	theirs := asUser(t, at, user, "")
	if _, err := openAt(t, Config{Connection: theirs}).Acquire(testContext(t), want("deploy")); !errors.Is(err, sdk.ErrHeld) {
		t.Errorf("with another search path: %v", err)
	}
	run(t, conn, "CREATE TABLE ops.stormlock AS TABLE stormlock")
	run(t, conn, "GRANT USAGE ON SCHEMA ops TO "+user)
	for operation, operate := range everything {
		err := operate(testContext(t), openAt(t, Config{Connection: theirs}))
		isConfig(t, operation, err, "table")
		contains(t, err, "ops.stormlock", "public.stormlock", "search_path")
	}
	if _, err := openAt(t, Config{Connection: theirs, Table: "public.stormlock"}).Acquire(testContext(t), want("deploy")); !errors.Is(err, sdk.ErrHeld) {
		t.Errorf("with the schema: %v", err)
	}
}

// A table can have rules of its own.
func TestConstraintOfTheTable(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	run(t, conn, "ALTER TABLE stormlock ADD COLUMN team text NOT NULL DEFAULT 'ops'")
	everyOperation(t, b, "deploy")
	run(t, conn, "ALTER TABLE stormlock ALTER team DROP DEFAULT")
	before := dump(t, conn)
	_, err := b.Acquire(testContext(t), want("deploy"))
	isConfig(t, "acquire", err, "table")
	contains(t, err, "team")
	if after := dump(t, conn); after != before {
		t.Errorf("changed\n%s to\n%s", before, after)
	}
}

// The table is dropped between the look at it and its use.
func TestTableThatGoesMeanwhile(t *testing.T) {
	t.Parallel()
	for _, sql := range []string{"DROP TABLE stormlock", "ALTER TABLE stormlock DROP reason", "DROP TABLE stormlock_fence"} {
		opened, conn, _ := start(t)
		b, ctx := opened.(*backend), testContext(t)
		l, err := b.dial(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer l.hangUp()
		deadline, err := b.begin(ctx, l, change{})
		if err != nil {
			t.Fatal(err)
		}
		run(t, conn, sql)
		_, err = b.decide(ctx, l, change{resource: "deploy", queue: func(batch *pgx.Batch, _ *row, deadline int64) {
			batch.Queue(b.table.sql(sqlTake), takeArgs("deploy", deadline)...)
		}}, deadline)
		if !errors.Is(err, sdk.ErrNotSetUp) {
			t.Errorf("%s: %v", sql, err)
		}
	}
}
