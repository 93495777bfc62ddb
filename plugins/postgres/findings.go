package postgres

import (
	"crypto/tls"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/stormlock/stormlock/sdk"
)

// oldest is the first version that has all that the statements need.
const oldest = 12

// is is what a server is.
type is struct {
	number     int // of its version
	name       string
	user       string
	process    uint32 // the one that answered
	inRecovery bool   // a standby
	readOnly   bool   // its transactions, by default
	isolation  string // of those, by default
	encoding   string
	now        int64 // microseconds since 1970
}

func (a *is) scan(rows pgx.Rows) error {
	_, err := pgx.ForEachRow(rows, []any{
		&a.number, &a.name, &a.user, &a.process, &a.inRecovery, &a.readOnly, &a.isolation, &a.encoding, &a.now,
	}, func() error { return nil })
	return err
}

// tooOld is false for a server that did not tell its version.
func (a *is) tooOld() bool { return a.number > 0 && a.number < oldest*10000 }

func (a *is) version() sdk.Finding {
	if a.tooOld() {
		return sdk.Found(sdk.LevelError, "version", "PostgreSQL %s lacks what stormlock needs; upgrade to %d or newer", a.name, oldest)
	}
	return sdk.Found(sdk.LevelOK, "version", "PostgreSQL %s", a.name)
}

func (a *is) primary() sdk.Finding {
	if a.inRecovery {
		return sdk.Found(sdk.LevelError, "primary", `the server is a standby, which takes no locks; give the primary in "connection"`)
	}
	return sdk.Found(sdk.LevelOK, "primary", "the server is a primary")
}

func (a *is) writes() sdk.Finding {
	if a.readOnly {
		return sdk.Found(sdk.LevelError, "writes", "default_transaction_read_only is on for user %q, so that no lock can be taken; turn it off for the user (ALTER ROLE), the database or the server", a.user)
	}
	return sdk.Found(sdk.LevelOK, "writes", "transactions may write")
}

func (a *is) isolated() sdk.Finding {
	const ours = "read committed"
	if a.isolation != ours {
		return sdk.Found(sdk.LevelOK, "isolation", "the default is %s; each request sets %s for itself", a.isolation, ours)
	}
	return sdk.Found(sdk.LevelOK, "isolation", ours)
}

// texts is about names and reasons, which are UTF-8.
func (a *is) texts() sdk.Finding {
	switch a.encoding {
	case "UTF8", "SQL_ASCII": // the latter takes any bytes
		return sdk.Found(sdk.LevelOK, "encoding", "%s holds every name and reason", a.encoding)
	}
	return sdk.Found(sdk.LevelWarning, "encoding", "the database's encoding, %s, lacks characters: a resource, principal or reason that has them is refused; a database with the encoding UTF8 takes all", a.encoding)
}

// connection is about the way to the server.
func (c *checkup) connection() sdk.Finding {
	if text := exposed(c.config); text != "" {
		return sdk.Found(sdk.LevelWarning, "connection", "%s", text)
	}
	conn, at := c.line.PgConn(), c.where
	if hosts(c.config) > 1 {
		at = conn.Conn().RemoteAddr().String() // the one that answered
	}
	return sdk.Found(sdk.LevelOK, "connection", "postgres at %s as user %q, %s%s", at, c.about.user, secured(conn), pooled(conn, c.about.process))
}

func secured(conn *pgconn.PgConn) string {
	if secured, ok := conn.Conn().(*tls.Conn); ok {
		return "with " + tls.VersionName(secured.ConnectionState().Version)
	}
	return "without TLS, as it stays on this machine"
}

// pooled tells a pooler by that the process which answers is not the one that
// greeted.
func pooled(conn *pgconn.PgConn, process uint32) string {
	if conn.PID() != process {
		return ", through a pooler such as PgBouncer"
	}
	return ""
}

// durable is about a crash of the server. That a commit waits for the disk is
// no matter: it is turned on for each lock.
func durable(set map[string]string) sdk.Finding {
	for _, s := range []struct{ name, harm string }{
		{"fsync", "a crash of the machine can lose locks that were acquired, and the tables with them"},
		{"full_page_writes", "a crash of the machine can leave the tables half written, and locks lost"},
	} {
		switch value, seen := set[s.name]; {
		case !seen:
			return unseen("durability", s.name)
		case value == "off":
			return sdk.Found(sdk.LevelWarning, "durability", "%s is off: %s; turn it on", s.name, s.harm)
		}
	}
	text := "fsync and full_page_writes are on"
	if commit := set["synchronous_commit"]; commit == "off" || commit == "local" {
		text += fmt.Sprintf("; synchronous_commit is %s, and each lock is committed with on", commit)
	}
	return sdk.Found(sdk.LevelOK, "durability", "%s", text)
}

func unseen(about, setting string) sdk.Finding {
	return sdk.Found(sdk.LevelWarning, about, "this user may not look at %s; ask as a user who may, such as one in pg_monitor", setting)
}

// standbys are the servers that could take over.
type standbys struct {
	all, awaited int
	seen         bool // awaited is what it says
}

func (s *standbys) scan(rows pgx.Rows) error {
	_, err := pgx.ForEachRow(rows, []any{&s.all, &s.awaited, &s.seen}, func() error { return nil })
	return err
}

// judge is about a failover.
func (s *standbys) judge(set map[string]string) sdk.Finding {
	names, seen := set["synchronous_standby_names"]
	const about = "replication"
	switch {
	case !seen:
		return unseen(about, "synchronous_standby_names")
	case names == "" && s.all == 0:
		return sdk.Found(sdk.LevelOK, about, "no standby follows that could take over without a lock")
	case names == "":
		return sdk.Found(sdk.LevelWarning, about, "%s, and no commit waits for any: a failover loses locks that the standby does not have yet; set synchronous_standby_names", followers(s.all))
	case s.all == 0 || s.seen && s.awaited == 0:
		return sdk.Found(sdk.LevelError, about, "commits wait for synchronous_standby_names = %q, and no such standby follows: every acquire ends as unknown (exit 75) until one does", names)
	case set["synchronous_commit"] == "remote_write":
		return sdk.Found(sdk.LevelWarning, about, "synchronous_commit is remote_write: a lock is lost if the standby's machine crashes and then takes over; set it to on")
	}
	return sdk.Found(sdk.LevelOK, about, "%s, and commits wait for %q", followers(s.all), names)
}

func followers(n int) string {
	if n == 1 {
		return "1 standby follows"
	}
	return fmt.Sprintf("%d standbys follow", n)
}

// privileged is about what privileges.sql returns: for the schema and the two
// tables, as far as they exist, the statement that grants what lacks.
func privileged(grants []string) []sdk.Finding {
	var lacking []string
	for _, grant := range grants {
		if grant != "" {
			lacking = append(lacking, grant)
		}
	}
	const schemaAndTables = 3
	switch {
	case len(lacking) > 0:
		return []sdk.Finding{sdk.Found(sdk.LevelError, "privileges", "let the owner of the tables run: %s", strings.Join(lacking, " "))}
	case len(grants) == schemaAndTables:
		return []sdk.Finding{sdk.Found(sdk.LevelOK, "privileges", "enough for every operation")}
	}
	return nil // what is missing is told by the look at the schema
}

// fitting is about the tables that were found.
func (c *checkup) fitting(s *server) sdk.Finding {
	if err := c.unfit(s); err != nil {
		return sdk.Found(sdk.LevelError, "schema", "%s", err)
	}
	if gaps := c.gaps(s); len(gaps) > 0 {
		return sdk.Found(sdk.LevelError, "schema", `%s; "stormlock backend setup" for this backend makes what is missing`, gaps[0].what)
	}
	return sdk.Found(sdk.LevelOK, "schema", "table %q and its counters are as they must be", c.table)
}

// refusedLook is about a server, or a pooler, that refuses the look at the
// tables: it refuses every operation so.
func refusedLook(said *pgconn.PgError) sdk.Finding {
	advice := "until that is mended no operation works"
	if strings.Contains(said.Message, "statement pooling") {
		advice = "set the pooler's pool_mode to transaction or session"
	}
	return sdk.Found(sdk.LevelError, "schema", "%s; %s", quote(said), advice)
}
