package mysql

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/stormlock/stormlock/sdk"
)

// Check looks at one thing after the other, each with a statement of its own:
// what one may not look at keeps nobody from looking at the rest.
func (b *backend) Check(ctx context.Context) ([]sdk.Finding, error) {
	ctx, cancel := b.bounded(ctx)
	defer cancel()
	l, err := b.dial(ctx)
	if err != nil {
		return nil, b.explain(err)
	}
	defer l.hangUp()
	c := &checkup{visit: &visit{backend: b, line: l, ctx: ctx}, set: map[string]string{}}
	for _, look := range []func() error{c.server, c.settings, c.state, c.schema} {
		if err := look(); err != nil {
			return c.found, err
		}
	}
	return c.found, nil
}

// A checkup is one Check under way.
type checkup struct {
	*visit
	found []sdk.Finding
	set   map[string]string // the server's settings and its state, by lower-case names
}

func (c *checkup) add(findings ...sdk.Finding) { c.found = append(c.found, findings...) }

// inquire sends one statement. If the server refuses to answer, that is the
// finding about it; the error is for one that does not answer any more.
func (c *checkup) inquire(about string, each func([]string) error, statement string) (answered bool, err error) {
	err = c.ask(c.ctx, each, statement)
	said, refused := errors.AsType[*mysql.MySQLError](err)
	switch {
	case err == nil:
		return true, nil
	case refused:
		c.add(sdk.Found(sdk.LevelWarning, about, "this user may not look at it: %s", quote(said)))
		return false, nil
	}
	return false, c.explain(err)
}

// server finds out what the server is.
func (c *checkup) server() error {
	sent := time.Now()
	answered, err := c.inquire("server", c.facts.scan, sqlServer)
	if !answered {
		return err
	}
	received := time.Now()
	stands := sdk.Found(sdk.LevelOK, "waits", "the clock runs on while a statement waits")
	if c.facts.now == c.facts.begun {
		if err := c.ticks(); err != nil {
			stands = sdk.Found(sdk.LevelError, "waits", "%s", err)
		}
	}
	c.add(c.connection(), c.facts.known(), c.facts.primary(), stands,
		sdk.ClockFinding(time.UnixMicro(c.facts.now), sent, received, time.Microsecond))
	return nil
}

// note keeps rows of a name and a value.
func (c *checkup) note(fields []string) error {
	const columns = 2
	if len(fields) != columns {
		return errStrange
	}
	c.set[strings.ToLower(fields[0])] = fields[1]
	return nil
}

// settings looks at what keeps a lock over a crash.
func (c *checkup) settings() error {
	answered, err := c.inquire("durability", c.note, sqlSettings)
	if answered {
		c.add(durable(c.set), logged(c.set))
	}
	return err
}

// state looks at what keeps a lock over a failover.
func (c *checkup) state() error {
	answered, err := c.inquire("replication", c.note, sqlState)
	if answered {
		c.add(followed(c.set))
		if c.set["wsrep_on"] == "ON" {
			c.add(clustered(c.set))
		}
	}
	return err
}

// schema looks at the tables, and at what this user may do with them.
func (c *checkup) schema() error {
	var found relations
	answered, err := c.inquire("schema", found.scan, c.table.sql(sqlTables))
	if !answered {
		return err
	}
	c.add(c.fitting(found))
	if found.locks.missing() || found.fences.missing() {
		return nil
	}
	return c.privileges()
}

// privileges has the server explain each statement, for which a user must be
// allowed to carry it out.
func (c *checkup) privileges() error {
	for _, needed := range []struct{ statement, grant string }{
		{"EXPLAIN SELECT resource FROM {table}", "SELECT ON {table}"},
		{"EXPLAIN SELECT resource FROM {fences}", "SELECT ON {fences}"},
		{"EXPLAIN INSERT INTO {table} (resource, lease, principal, created, expires) VALUES ('', '', '', NULL, NULL)", "INSERT ON {table}"},
		{"EXPLAIN UPDATE {table} SET lease = '', principal = '', created = NULL, expires = NULL, reason = '', fence = 0, details_of = '' WHERE resource = ''", "UPDATE ON {table}"},
		{"EXPLAIN DELETE FROM {table} WHERE resource = ''", "DELETE ON {table}"},
		{"EXPLAIN INSERT INTO {fences} (resource, fence) VALUES ('', 0)", "INSERT ON {fences}"},
		{"EXPLAIN UPDATE {fences} SET fence = 0 WHERE resource = ''", "UPDATE ON {fences}"},
	} {
		err := c.ask(c.ctx, func([]string) error { return nil }, c.table.sql(needed.statement))
		switch said, refused := errors.AsType[*mysql.MySQLError](err); {
		case refused && denied(said.Number):
			c.add(sdk.Found(sdk.LevelError, "privileges", "%s; let an administrator GRANT %s", quote(said), c.table.sql(needed.grant)))
			return nil
		case refused:
			c.add(sdk.Found(sdk.LevelWarning, "privileges", "what this user may do cannot be told: %s", quote(said)))
			return nil
		case err != nil:
			return c.explain(err)
		}
	}
	c.add(sdk.Found(sdk.LevelOK, "privileges", "enough for every operation"))
	return nil
}
