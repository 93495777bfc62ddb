package mysql

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk"
)

func dryRun(t *testing.T, b sdk.Backend) []string {
	t.Helper()
	statements, err := b.Setup(testContext(t), true)
	if err != nil {
		t.Fatalf("dry run: %v", err)
	}
	return statements
}

func TestSetupMakesTheTables(t *testing.T) {
	t.Parallel()
	p := database(t)
	b := openAt(t, p.config())
	_, err := b.Acquire(testContext(t), want("deploy"))
	if !errors.Is(err, sdk.ErrNotSetUp) {
		t.Errorf("error = %v", err)
	}
	contains(t, err, `table "`+p.name+`.stormlock" does not exist`)
	planned := dryRun(t, b)
	if len(planned) != 2 || one[int](t, connect(t, p), "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()") != 0 {
		t.Errorf("the dry run did something, or plans %q", planned)
	}
	if done := setup(t, b); !slices.Equal(done, planned) {
		t.Errorf("did\n%q, planned\n%q", done, planned)
	}
	if again := setup(t, b); len(again) != 0 {
		t.Errorf("again: %q", again)
	}
	acquire(t, b, want("deploy"))
}

// What a dry run prints can be carried out by somebody else.
func TestStatementsOfADryRun(t *testing.T) {
	t.Parallel()
	p := database(t)
	b, conn := openAt(t, p.config()), connect(t, p)
	for _, statement := range dryRun(t, b) {
		if strings.ContainsAny(statement, "\n\r") || !strings.HasSuffix(statement, ";") {
			t.Errorf("not one line: %q", statement)
		}
		run(t, conn, statement)
		run(t, conn, statement) // as often as one likes
	}
	acquire(t, b, want("deploy"))
}

func TestSetupsAtOnce(t *testing.T) {
	t.Parallel()
	p := database(t)
	run(t, connect(t, p), pythonTable)
	errs := make(chan error)
	for range 4 {
		go func() { _, err := openAt(t, p.config()).Setup(testContext(t), false); errs <- err }()
	}
	for range 4 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	acquire(t, openAt(t, p.config()), want("deploy"))
}

// pythonsTables are what Python's table may look like, by the server's defaults.
var pythonsTables = map[string]string{
	"in Latin":     pythonTable + " CHARACTER SET latin1 COLLATE latin1_swedish_ci",
	"in UTF-8":     pythonTable + " CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
	"in old UTF-8": pythonTable + " CHARACTER SET utf8mb3",
	"times that follow": strings.NewReplacer("created TIMESTAMP NULL", "created TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP",
		"expires TIMESTAMP NULL", "expires TIMESTAMP NOT NULL DEFAULT '1970-01-01 00:00:01'").Replace(pythonTable),
	"wide": strings.ReplaceAll(pythonTable, "VARCHAR(128)", "VARCHAR(255)") + " CHARACTER SET utf8mb4",
}

func TestMigrationKeepsPythonsLocks(t *testing.T) {
	t.Parallel()
	for name, made := range pythonsTables {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := database(t)
			conn := connect(t, p)
			run(t, conn, made)
			for _, resource := range []string{"Deploy", "straße"} {
				if !pythonTakes(t, conn, resource) {
					t.Fatal("Python does not take the lock")
				}
			}
			created := one[string](t, conn, "SELECT MIN(created) FROM stormlock")
			b := openAt(t, p.config())
			if _, err := b.Current(testContext(t), "Deploy"); !errors.Is(err, sdk.ErrNotSetUp) {
				t.Errorf("before: %v", err)
			}
			planned := dryRun(t, b)
			if done := setup(t, b); !slices.Equal(done, planned) || len(setup(t, b)) != 0 {
				t.Errorf("did\n%q, planned\n%q", done, planned)
			}
			if names := list(t, b, ""); !slices.Equal(names, []string{"Deploy", "straße"}) {
				t.Fatalf("list: %q", names)
			}
			acquire(t, b, want("deploy"))
			mine := sdk.Lease{Resource: "straße", ID: pythonHex, TTL: 3600e9}
			if _, err := b.Acquire(testContext(t), want(mine.Resource)); !errors.Is(err, sdk.ErrHeld) {
				t.Errorf("acquire: %v", err)
			}
			if _, err := b.Renew(testContext(t), mine); err != nil {
				t.Errorf("renew: %v", err)
			}
			if after := one[string](t, conn, "SELECT created FROM stormlock WHERE resource = 'straße'"); !strings.HasPrefix(after, strings.TrimSuffix(created, "Z")) {
				t.Errorf("created went from %s to %s", created, after)
			}
			release(t, b, mine)
			if !pythonTakes(t, conn, "straße") || pythonTakes(t, conn, "deploy") {
				t.Error("Python's statements do not go on working")
			}
		})
	}
}

// Each thing that makes a table unsafe is refused until it is mended.
func TestTableThatIsNotSetUpIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ change, says string }{
		"collation":        {"ALTER TABLE stormlock MODIFY resource VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL", "would be one lock"},
		"short name":       {"ALTER TABLE stormlock MODIFY principal VARCHAR(64) CHARACTER SET utf8mb4", "could be cut off"},
		"characters":       {"ALTER TABLE stormlock MODIFY principal VARCHAR(255) CHARACTER SET latin1", "is in latin1 and not in utf8mb4"},
		"whole seconds":    {"ALTER TABLE stormlock MODIFY expires TIMESTAMP NULL", "and a lease end early"},
		"following":        {"ALTER TABLE stormlock MODIFY created TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)", "is set anew by each change of its row"},
		"no reason":        {"ALTER TABLE stormlock DROP COLUMN reason", `no column "reason"`},
		"no counters":      {"DROP TABLE stormlock_fence", "counts the grants"},
		"fence, collation": {"ALTER TABLE stormlock_fence MODIFY resource VARCHAR(255) NOT NULL", "would be one lock"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, conn, _ := start(t)
			run(t, conn, c.change)
			for operation, operate := range everything {
				if operation == "setup" {
					continue
				}
				err := operate(testContext(t), b)
				if !errors.Is(err, sdk.ErrNotSetUp) {
					t.Errorf("%s: %v", operation, err)
				}
				contains(t, err, c.says)
			}
			if len(setup(t, b)) == 0 {
				t.Error("setup does nothing about it")
			}
			acquire(t, b, want("deploy"))
		})
	}
}

// What setup cannot mend is refused, by setup too.
func TestTableThatCannotHoldLocks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ change, says string }{
		"MyISAM":          {"ALTER TABLE stormlock ENGINE = MyISAM", "engine is MyISAM"},
		"Aria":            {"ALTER TABLE stormlock_fence ENGINE = Aria", "engine is Aria"},
		"memory":          {"ALTER TABLE stormlock DROP COLUMN reason, ENGINE = MEMORY", "engine is MEMORY"},
		"view":            {"ALTER TABLE stormlock RENAME TO other; CREATE VIEW stormlock AS SELECT * FROM other", "is a view"},
		"no key":          {"ALTER TABLE stormlock DROP PRIMARY KEY", "two rows for one resource"},
		"beginning alone": {"ALTER TABLE stormlock DROP PRIMARY KEY, ADD UNIQUE (resource(10))", "two rows for one resource"},
		"key of two":      {"ALTER TABLE stormlock DROP PRIMARY KEY, ADD PRIMARY KEY (resource, lease)", "two rows for one resource"},
		"another's":       {"ALTER TABLE stormlock DROP COLUMN expires", `no column "expires"`},
		"no time zone":    {"ALTER TABLE stormlock MODIFY expires DATETIME(6)", "is of type datetime(6) and not timestamp(6)"},
		"short id":        {"ALTER TABLE stormlock MODIFY lease BINARY(8)", "is of type binary(8) and not binary(16)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, conn, _ := start(t)
			for statement := range strings.SplitSeq(c.change, "; ") {
				run(t, conn, statement)
			}
			for operation, operate := range everything {
				err := operate(testContext(t), b)
				if !errors.Is(err, sdk.ErrConfig) || errors.Is(err, sdk.ErrNotSetUp) {
					t.Errorf("%s: %v", operation, err)
				}
				contains(t, err, c.says)
			}
		})
	}
}

// A row that is no lock keeps the table from being migrated, and is named.
func TestMigrationOfWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	p := database(t)
	conn := connect(t, p)
	run(t, conn, strings.ReplaceAll(pythonTable, "VARCHAR(128)", "VARCHAR(512)")+" CHARACTER SET utf8mb4")
	run(t, conn, "INSERT INTO stormlock VALUES (REPEAT('x', 300), x'00', 'x', NOW(), NOW())")
	_, err := openAt(t, p.config()).Setup(testContext(t), false)
	if !errors.Is(err, sdk.ErrConfig) {
		t.Errorf("error = %v", err)
	}
	contains(t, err, "a row that is no lock", "error 1406", "remove it")
	if one[int](t, conn, "SELECT LENGTH(resource) FROM stormlock") != 300 {
		t.Error("it was cut off")
	}
}
