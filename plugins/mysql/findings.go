package mysql

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"strconv"
	"strings"

	"github.com/stormlock/stormlock/sdk"
)

// The first versions that have all that the statements need.
const (
	oldestMariaDB = "10.4"
	oldestMySQL   = "8.0"
)

// known is about the version. MariaDB names itself in its own.
func (f *facts) known() sdk.Finding {
	name, oldest := "MySQL", oldestMySQL
	if strings.Contains(f.version, "MariaDB") {
		name, oldest = "MariaDB", oldestMariaDB
	}
	if older(f.version, oldest) {
		return sdk.Found(sdk.LevelError, "version", "%s %s lacks what stormlock needs; upgrade to %s or newer", name, oneLine(f.version), oldest)
	}
	return sdk.Found(sdk.LevelOK, "version", "%s %s", name, oneLine(f.version))
}

// older compares the first two numbers of versions.
func older(version, than string) bool {
	return cmp.Or(cmp.Compare(part(version, 0), part(than, 0)), cmp.Compare(part(version, 1), part(than, 1))) < 0
}

func part(version string, i int) int {
	parts := strings.Split(version, ".")
	if i >= len(parts) {
		return 0
	}
	n, _ := strconv.Atoi(parts[i])
	return n
}

func (f *facts) primary() sdk.Finding {
	if f.readOnly {
		return sdk.Found(sdk.LevelError, "primary", `the server is read-only, as a replica is, and takes no locks; give the primary in "host"`)
	}
	return sdk.Found(sdk.LevelOK, "primary", "the server may be written to")
}

// connection is about the way to the server.
func (c *checkup) connection() sdk.Finding {
	if text := c.exposed(); text != "" {
		return sdk.Found(sdk.LevelWarning, "connection", "%s", text)
	}
	how := "without TLS, as it stays on this machine"
	if secured, ok := c.wire.Conn.(*tls.Conn); ok {
		how = "with " + tls.VersionName(secured.ConnectionState().Version)
	}
	return sdk.Found(sdk.LevelOK, "connection", "mysql at %s as user %q, %s", c.where, c.user, how)
}

// durable is about a crash of the server's machine.
func durable(set map[string]string) sdk.Finding {
	const about = "durability"
	switch {
	case set["innodb_flush_log_at_trx_commit"] != "1":
		return sdk.Found(sdk.LevelWarning, about, "innodb_flush_log_at_trx_commit is %s: a crash of the machine can lose locks that were acquired; set it to 1", orUnknown(set["innodb_flush_log_at_trx_commit"]))
	case set["innodb_doublewrite"] == "OFF":
		return sdk.Found(sdk.LevelWarning, about, "innodb_doublewrite is OFF: a crash of the machine can leave the tables half written, and locks lost; turn it on")
	case set["log_bin"] == "ON" && set["sync_binlog"] != "1":
		return sdk.Found(sdk.LevelWarning, about, "sync_binlog is %s: a crash of the machine can lose locks that were acquired; set it to 1", orUnknown(set["sync_binlog"]))
	}
	return sdk.Found(sdk.LevelOK, about, "each commit is on the disk before it is told")
}

func orUnknown(value string) string { return cmp.Or(value, "not to be seen") }

// logged is about the log that replicas follow.
func logged(set map[string]string) sdk.Finding {
	const about = "log"
	switch {
	case set["log_bin"] != "ON":
		return sdk.Found(sdk.LevelOK, about, "there is no log for replicas")
	case set["binlog_format"] == "STATEMENT":
		return sdk.Found(sdk.LevelError, about, "binlog_format is STATEMENT, with which no lock can be taken; set it to ROW or MIXED")
	}
	return sdk.Found(sdk.LevelOK, about, "the log for replicas holds rows")
}

// followed is about a failover to a replica that does not have a lock.
func followed(set map[string]string) sdk.Finding {
	const about = "replication"
	replicas, told := set["slaves_connected"]
	waits := set["rpl_semi_sync_master_enabled"] == "ON" || set["rpl_semi_sync_source_enabled"] == "ON"
	status := cmp.Or(set["rpl_semi_sync_master_status"], set["rpl_semi_sync_source_status"])
	switch {
	case set["log_bin"] != "ON" || told && replicas == "0" && !waits:
		return sdk.Found(sdk.LevelOK, about, "no replica follows that could take over without a lock")
	case waits && status == "ON" && cmp.Or(set["rpl_semi_sync_master_clients"], set["rpl_semi_sync_source_clients"]) != "0":
		return sdk.Found(sdk.LevelOK, about, "commits wait for a replica, until rpl_semi_sync…_timeout is over")
	case waits:
		return sdk.Found(sdk.LevelWarning, about, "commits do not wait for a replica at the moment: a failover loses locks that the replica does not have yet; look why semi-synchronous replication is off")
	}
	return sdk.Found(sdk.LevelWarning, about, "%s, and no commit waits for any: a failover loses locks that the replica does not have yet; use semi-synchronous replication", followers(replicas, told))
}

func followers(replicas string, told bool) string {
	switch {
	case !told:
		return "replicas may follow"
	case replicas == "1":
		return "1 replica follows"
	}
	return fmt.Sprintf("%s replicas follow", oneLine(replicas))
}

// clustered is about Galera, where every member takes locks. Of two that do so at
// once one is told to try again; but each judges by its own clock.
func clustered(set map[string]string) sdk.Finding {
	if set["wsrep_cluster_status"] != "Primary" {
		return sdk.Found(sdk.LevelError, "cluster", "the server is not part of its cluster now (%s), and takes no locks", oneLine(orUnknown(set["wsrep_cluster_status"])))
	}
	return sdk.Found(sdk.LevelOK, "cluster", "one of %s members; have all operators name one of them, or keep the members' clocks together", oneLine(orUnknown(set["wsrep_cluster_size"])))
}

// fitting is about the tables that were found.
func (c *checkup) fitting(found relations) sdk.Finding {
	if err := c.unfit(found); err != nil {
		return sdk.Found(sdk.LevelError, "schema", "%s", err)
	}
	if gaps := c.gaps(found); len(gaps) > 0 {
		return sdk.Found(sdk.LevelError, "schema", `%s; "stormlock backend setup" for this backend makes what is missing`, gaps[0].what)
	}
	return sdk.Found(sdk.LevelOK, "schema", "table %q and its counters are as they must be", c.table)
}
