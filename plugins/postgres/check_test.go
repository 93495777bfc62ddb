package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
	"github.com/stormlock/stormlock/test/servers"
)

// check returns what a check finds, which shows no secret.
func check(t *testing.T, b sdk.Backend) backendtest.Findings {
	t.Helper()
	return backendtest.FindingsOf(t, b, "s3cr3t")
}

// A user with the documented privileges sees all that there is to see.
func TestCheckOfAStoreThatIsWell(t *testing.T) {
	t.Parallel()
	_, conn, server := own(t, "-c", "fsync=on")
	user := role(t, conn)
	grant(t, conn, user, privileges)
	before := dump(t, conn)
	all := check(t, openAt(t, Config{Connection: asUser(t, server.URL, user, "s3cr3t")}))
	all.WellBut(t)
	all.Say(t, "connection", sdk.LevelOK, server.Addr, user, "without TLS")
	all.Say(t, "version", sdk.LevelOK, "PostgreSQL ")
	all.Say(t, "primary", sdk.LevelOK, "primary")
	all.Say(t, "writes", sdk.LevelOK)
	all.Say(t, "isolation", sdk.LevelOK, "read committed")
	all.Say(t, "encoding", sdk.LevelOK, "UTF8")
	all.Say(t, "clock", sdk.LevelOK, "agrees")
	all.Say(t, "durability", sdk.LevelOK, "fsync and full_page_writes are on")
	all.Say(t, "replication", sdk.LevelOK, "no standby follows")
	all.Say(t, "privileges", sdk.LevelOK, "enough")
	all.Say(t, "schema", sdk.LevelOK, "public.stormlock")
	if len(all) != 11 {
		t.Errorf("%d findings", len(all))
	}
	if after := dump(t, conn); after != before {
		t.Errorf("changed\n%s to\n%s", before, after)
	}
}

func TestCheckOfAnOldVersion(t *testing.T) {
	t.Parallel()
	old, oldEnough := &is{number: 110022, name: "11.22"}, &is{number: 120000, name: "12.0"}
	if f := old.version(); f.Level != sdk.LevelError || !strings.Contains(f.Message, "11.22") || !strings.Contains(f.Message, "upgrade to 12") {
		t.Errorf("%+v", f)
	}
	if f := oldEnough.version(); f.Level != sdk.LevelOK {
		t.Errorf("%+v", f)
	}
}

// Each table that operations refuse is an error, in the same words.
func TestCheckOfTablesThatCannotHoldLocks(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"view", "another's", "no key", "unlogged", "fence unlogged", "folding names"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, conn, _ := start(t)
			runEach(t, conn, unfits[name].sql)
			all := check(t, b)
			all.Say(t, "schema", sdk.LevelError, `key "table"`, unfits[name].text)
			all.WellBut(t, "schema", "durability")
		})
	}
}

func TestCheckOfTablesThatAreNotSetUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ sql, text string }{
		"no table":  {"DROP TABLE stormlock", `table "public.stormlock" does not exist`},
		"no fences": {"DROP TABLE stormlock_fence", `"public.stormlock_fence", which counts the grants, does not exist`},
		"no schema": {"ALTER SCHEMA public RENAME TO gone", `schema "public" does not exist`},
		"Python's":  {"DROP TABLE stormlock, stormlock_fence; " + pythonTable, "without a time zone"},
		"no reason": {"ALTER TABLE stormlock DROP reason", `no column "reason"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, conn, _ := start(t)
			runEach(t, conn, c.sql)
			before := dump(t, conn)
			all := check(t, b)
			all.Say(t, "schema", sdk.LevelError, c.text, "stormlock backend setup")
			all.WellBut(t, "schema", "durability")
			if after := dump(t, conn); after != before {
				t.Errorf("changed\n%s to\n%s", before, after)
			}
		})
	}
}

// What Check says is missing is what makes the operations work.
func TestCheckNamesTheGrantsThatLack(t *testing.T) {
	t.Parallel()
	for _, missing := range append([]string{"all"}, privileges...) {
		t.Run(missing, func(t *testing.T) {
			t.Parallel()
			_, conn, at := start(t)
			user := role(t, conn)
			grant(t, conn, user, slices.DeleteFunc(slices.Clone(privileges), func(p string) bool { return p == missing || missing == "all" }))
			b := openAt(t, Config{Connection: asUser(t, at, user, "")})
			all := check(t, b)
			all.Say(t, "privileges", sdk.LevelError, "GRANT ", "TO "+user)
			all.WellBut(t, "privileges", "durability", "schema")
			_, grants, _ := strings.Cut(all["privileges"].Message, "run: ")
			if missing != "all" {
				what, _, _ := strings.Cut(missing, " ")
				all.Say(t, "privileges", sdk.LevelError, "run: GRANT "+what+" ON ")
			}
			for grant := range strings.SplitSeq(strings.TrimSuffix(grants, ";"), "; ") {
				run(t, conn, grant)
			}
			everyOperation(t, b, "deploy")
			check(t, b).WellBut(t, "durability")
		})
	}
}

// Privileges on all columns are as good as those on the table.
func TestCheckKnowsPrivilegesOnColumns(t *testing.T) {
	t.Parallel()
	_, conn, at := start(t)
	user := role(t, conn)
	columns := one[string](t, conn, "SELECT string_agg(attname, ', ') FROM pg_attribute WHERE attrelid = 'stormlock'::regclass AND attnum > 0")
	grant(t, conn, user, slices.DeleteFunc(slices.Clone(privileges), func(p string) bool { return p == "UPDATE ON stormlock" }))
	b := openAt(t, Config{Connection: asUser(t, at, user, "")})
	run(t, conn, "GRANT UPDATE (expires) ON stormlock TO "+user)
	check(t, b).Say(t, "privileges", sdk.LevelError, "GRANT UPDATE ON public.stormlock")
	run(t, conn, fmt.Sprintf("GRANT UPDATE (%s) ON stormlock TO %s", columns, user))
	everyOperation(t, b, "deploy")
	check(t, b).Say(t, "privileges", sdk.LevelOK)
}

func TestCheckOfARolesSettings(t *testing.T) {
	t.Parallel()
	_, conn, at := start(t)
	for setting, is := range map[string]struct {
		about string
		level sdk.Level
		text  string
	}{
		"default_transaction_isolation = 'serializable'": {"isolation", sdk.LevelOK, "serializable"},
		"default_transaction_read_only = on":             {"writes", sdk.LevelError, "default_transaction_read_only is on"},
		"synchronous_commit = off":                       {"durability", sdk.LevelWarning, "fsync is off"},
		"row_security = off":                             {"schema", sdk.LevelOK, "public.stormlock"},
	} {
		all := check(t, openAt(t, Config{Connection: withSetting(t, conn, at, setting)}))
		all.Say(t, is.about, is.level, is.text)
		all.WellBut(t, is.about, "durability")
	}
}

// That a commit does not wait for the disk by default is no danger, as it is
// turned on for each lock.
func TestCheckOfSynchronousCommit(t *testing.T) {
	t.Parallel()
	_, conn, server := own(t, "-c", "fsync=on")
	for _, value := range []string{"off", "local"} {
		run(t, conn, "ALTER DATABASE postgres SET synchronous_commit = "+value)
		check(t, openAt(t, Config{Connection: server.URL})).Say(t, "durability", sdk.LevelOK, "synchronous_commit is "+value, "each lock is committed with on")
	}
}

func TestCheckOfDurability(t *testing.T) {
	t.Parallel()
	b, _, _ := own(t, "-c", "fsync=on", "-c", "full_page_writes=off")
	check(t, b).Say(t, "durability", sdk.LevelWarning, "full_page_writes is off", "turn it on")
	b, _, _ = start(t) // of which the tests' server does without
	check(t, b).Say(t, "durability", sdk.LevelWarning, "fsync is off", "turn it on")
	backendtest.Findings{"durability": durable(map[string]string{"fsync": "on"})}.Say(t, "durability", sdk.LevelWarning, "may not look at full_page_writes")
}

func TestCheckOfReplication(t *testing.T) {
	t.Parallel()
	b, conn, primary := own(t)
	user := role(t, conn)
	grant(t, conn, user, privileges)
	plain := openAt(t, Config{Connection: asUser(t, primary.URL, user, "")})
	set := func(names, commit string) {
		t.Helper()
		run(t, conn, "SET synchronous_commit = local") // for the test's own commits
		run(t, conn, "ALTER SYSTEM SET synchronous_standby_names = '"+names+"'")
		run(t, conn, "ALTER SYSTEM SET synchronous_commit = "+commit)
		run(t, conn, "SELECT pg_reload_conf()")
	}
	// The server takes a moment to heed its settings, and a standby to follow.
	becomes := func(b sdk.Backend, level sdk.Level, parts ...string) {
		t.Helper()
		eventually(t, 20*time.Second, "the finding is "+strings.Join(parts, ", "), func() bool {
			f := check(t, b)["replication"]
			return f.Level == level && !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(f.Message, part) })
		})
	}
	set("s1", "on")
	becomes(plain, sdk.LevelError, `"s1"`, "exit 75")
	set("", "on")
	standby := servers.PostgresStandby(t, primary, "-c", "cluster_name=s1")
	becomes(plain, sdk.LevelWarning, "1 standby follows", "set synchronous_standby_names")
	set("s1", "on")
	becomes(b, sdk.LevelOK, "1 standby follows", `commits wait for "s1"`)
	set("s1", "remote_write")
	becomes(b, sdk.LevelWarning, "remote_write", "set it to on")
	set("s2", "on")
	becomes(b, sdk.LevelError, `"s2"`, "exit 75")
	becomes(plain, sdk.LevelOK, `"s2"`) // it may not see that another one follows

	behind := check(t, openAt(t, Config{Connection: standby.URL}))
	behind.Say(t, "primary", sdk.LevelError, "standby", `give the primary in "connection"`)
	behind.WellBut(t, "primary", "durability", "writes")
	if f, found := behind["replication"]; found {
		t.Errorf("%+v", f)
	}
}

// Where somebody was thorough, a user may not look at everything.
func TestCheckOfWhatMayNotBeLookedAt(t *testing.T) {
	t.Parallel()
	_, conn, at := start(t)
	user := role(t, conn)
	grant(t, conn, user, privileges)
	for _, view := range []string{"pg_settings", "pg_stat_replication"} {
		run(t, conn, "REVOKE SELECT ON "+view+" FROM public")
	}
	all := check(t, openAt(t, Config{Connection: asUser(t, at, user, "")}))
	all.Say(t, "durability", sdk.LevelWarning, "may not look", "pg_settings", "pg_monitor")
	all.Say(t, "replication", sdk.LevelWarning, "may not look", "pg_stat_replication")
	all.Say(t, "schema", sdk.LevelOK)
	all.WellBut(t, "durability", "replication")

	run(t, conn, "REVOKE EXECUTE ON FUNCTION pg_is_in_recovery() FROM public")
	all = check(t, openAt(t, Config{Connection: asUser(t, at, user, "")}))
	all.Say(t, "server", sdk.LevelWarning, "may not look", "pg_is_in_recovery")
	all.Say(t, "schema", sdk.LevelError, "pg_is_in_recovery", "no operation works")
	all.Say(t, "privileges", sdk.LevelOK)
}

func TestCheckOfAnEncoding(t *testing.T) {
	t.Parallel()
	at := database(t, "ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
	b := openAt(t, Config{Connection: at})
	setup(t, b)
	check(t, b).Say(t, "encoding", sdk.LevelWarning, "LATIN1", "UTF8")
}

func TestCheckThroughPgBouncer(t *testing.T) {
	t.Parallel()
	_, _, base := start(t)
	for _, mode := range []string{"session", "transaction", "statement"} {
		bouncer := servers.PgBouncer(t, hostOf(t, base), mode, 2)
		all := check(t, openAt(t, Config{Connection: at(t, base, bouncer.Addr)}))
		all.Say(t, "connection", sdk.LevelOK, bouncer.Addr, "through a pooler")
		if mode == "statement" {
			all.Say(t, "schema", sdk.LevelError, "statement pooling", "pool_mode")
		} else {
			all.Say(t, "schema", sdk.LevelOK)
		}
		all.WellBut(t, "durability", "schema")
	}
	b, _, _ := start(t)
	if f := check(t, b)["connection"]; strings.Contains(f.Message, "pooler") {
		t.Errorf("without one: %+v", f)
	}
}

// A store that cannot be asked is an error, and what was found before stays.
func TestCheckOfAServerThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	_, _, base := start(t)
	var settled bool
	lost := behind(t, base, servers.Wire{Lose: func(request string) bool {
		settled = settled || strings.Contains(request, "pg_settings")
		return settled
	}})
	b := openAt(t, Config{Connection: lost})
	findings, err := b.Check(testContext(t))
	if !errors.Is(err, sdk.ErrUnavailable) || len(findings) == 0 {
		t.Errorf("%d findings, %v", len(findings), err)
	}
	ctx, cancel := context.WithCancel(testContext(t))
	cancel()
	if findings, err := b.Check(ctx); !errors.Is(err, sdk.ErrUnavailable) || len(findings) != 0 {
		t.Errorf("cancelled: %v, %v", findings, err)
	}
	_ = b.Close()
	if _, err := b.Check(testContext(t)); !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("closed: %v", err)
	}
}
