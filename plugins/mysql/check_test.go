package mysql

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
)

// looks are what a check is about where all is well.
var looks = []string{"connection", "version", "primary", "waits", "clock", "durability", "log", "replication", "schema", "privileges"}

func TestCheckOfAStoreThatIsWell(t *testing.T) {
	t.Parallel()
	_, _, p := own(t, "--innodb-flush-log-at-trx-commit=1")
	backendtest.Spotless(t, openAt(t, user(t, p, privileges)), looks...)
}

func TestCheckOfSettings(t *testing.T) {
	t.Parallel()
	b, _, p := own(t, "--log-bin=bin", "--binlog-format=ROW", "--server-id=1", "--sync-binlog=0", "--innodb-flush-log-at-trx-commit=1")
	conn := connect(t, p)
	before := everywhere(t, conn)
	all := backendtest.FindingsOf(t, b, "s3cr3t")
	all.Say(t, "durability", sdk.LevelWarning, "sync_binlog is 0", "set it to 1")
	all.Say(t, "replication", sdk.LevelOK, "no replica")
	all.Say(t, "log", sdk.LevelOK)
	all.WellBut(t, "durability")
	for statement, c := range map[string]struct {
		about, says string
		level       sdk.Level
	}{
		"SET GLOBAL innodb_flush_log_at_trx_commit = 2": {"durability", "innodb_flush_log_at_trx_commit is 2", sdk.LevelWarning},
		"SET GLOBAL rpl_semi_sync_master_enabled = 1":   {"replication", "", sdk.LevelWarning},
		"SET GLOBAL read_only = 1":                      {"primary", `give the primary in "host"`, sdk.LevelError},
	} {
		run(t, conn, statement)
		backendtest.Finds(t, b, c.level, c.about, c.says)
	}
	if after := everywhere(t, conn); after != before {
		t.Error("a check changed something")
	}
}

func TestCheckOfTables(t *testing.T) {
	t.Parallel()
	p := database(t)
	b, conn := openAt(t, p.config()), connect(t, p)
	backendtest.Finds(t, b, sdk.LevelError, "schema", "does not exist; \"stormlock backend setup\"")
	run(t, conn, pythonTable)
	backendtest.Finds(t, b, sdk.LevelError, "schema", "would be one lock")
	setup(t, b)
	run(t, conn, "ALTER TABLE stormlock ENGINE = MyISAM")
	backendtest.Finds(t, b, sdk.LevelError, "schema", "engine is MyISAM")
}

func TestCheckNamesTheGrantThatLacks(t *testing.T) {
	t.Parallel()
	_, _, p := start(t)
	for _, missing := range privileges {
		b := openAt(t, user(t, p, slices.DeleteFunc(slices.Clone(privileges), func(p string) bool { return p == missing })))
		what, _, _ := strings.Cut(missing, " ")
		backendtest.Finds(t, b, sdk.LevelError, "privileges", "let an administrator GRANT "+what+" ON `"+p.name+"`.`stormlock")
	}
}

func TestVersions(t *testing.T) {
	t.Parallel()
	for version, level := range map[string]sdk.Level{
		"10.11.19-MariaDB-0+deb12u1": sdk.LevelOK, "10.4.0-MariaDB": sdk.LevelOK, "11.8.2-MariaDB": sdk.LevelOK, "10.3.39-MariaDB": sdk.LevelError,
		"8.0.36": sdk.LevelOK, "9.1.0": sdk.LevelOK, "5.7.44-log": sdk.LevelError, "": sdk.LevelError, "5.5.5-10.11-MariaDB": sdk.LevelError,
	} {
		f := facts{version: version}
		if got := f.known(); got.Level != level {
			t.Errorf("%q: %+v", version, got)
		}
	}
}

// What was seen of servers that cannot be started here.
func TestFindingsAboutFollowers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		set   map[string]string
		level sdk.Level
		says  string
	}{
		{map[string]string{"log_bin": "OFF"}, sdk.LevelOK, "no replica"},
		{map[string]string{"log_bin": "ON", "slaves_connected": "2"}, sdk.LevelWarning, "2 replicas follow"},
		{map[string]string{"log_bin": "ON", "slaves_connected": "1"}, sdk.LevelWarning, "1 replica follows"},
		{map[string]string{"log_bin": "ON"}, sdk.LevelWarning, "replicas may follow"},
		{map[string]string{"log_bin": "ON", "rpl_semi_sync_source_enabled": "ON", "rpl_semi_sync_source_status": "ON"}, sdk.LevelOK, "wait for a replica"},
		{map[string]string{"log_bin": "ON", "rpl_semi_sync_master_enabled": "ON", "rpl_semi_sync_master_status": "OFF"}, sdk.LevelWarning, "do not wait"},
	} {
		if f := followed(c.set); !backendtest.Has([]sdk.Finding{f}, c.level, "replication", c.says) {
			t.Errorf("%v: %+v", c.set, f)
		}
	}
	if f := clustered(map[string]string{"wsrep_cluster_status": "non-Primary"}); f.Level != sdk.LevelError {
		t.Errorf("%+v", f)
	}
	if f := clustered(map[string]string{"wsrep_cluster_status": "Primary", "wsrep_cluster_size": "3"}); f.Level != sdk.LevelOK {
		t.Errorf("%+v", f)
	}
}

func TestCheckOfAServerThatIsDown(t *testing.T) {
	t.Parallel()
	b, server, _ := own(t)
	server.Stop()
	if _, err := b.Check(testContext(t)); !errors.Is(err, sdk.ErrUnavailable) {
		t.Error(err)
	}
}
