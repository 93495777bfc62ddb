package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

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
	c := &checkup{backend: b, line: l}
	for _, look := range []func(context.Context) error{c.facts, c.settings, c.standbys, c.privileges, c.schema} {
		if err := look(ctx); err != nil {
			return c.found, err
		}
	}
	return c.found, nil
}

// A checkup is one Check under way.
type checkup struct {
	*backend
	line  *line
	found []sdk.Finding

	about is                // the server
	set   map[string]string // its settings
}

func (c *checkup) add(findings ...sdk.Finding) { c.found = append(c.found, findings...) }

// ask sends one statement. If the server refuses to answer, that is the finding
// about it; the error is for one that does not answer any more.
func (c *checkup) ask(ctx context.Context, about, statement string, scan func(pgx.Rows) error, args ...any) (answered bool, err error) {
	batch := &pgx.Batch{}
	batch.Queue(statement, args...).Query(scan)
	err = c.line.send(ctx, batch)
	said, refused := errors.AsType[*pgconn.PgError](err)
	switch {
	case err == nil:
		return true, nil
	case refused && !c.line.IsClosed():
		c.add(sdk.Found(sdk.LevelWarning, about, "this user may not look at it: %s; ask as a user who may, such as one in pg_monitor", quote(said)))
		return false, nil
	}
	return false, c.explain(err)
}

// facts finds out what the server is.
func (c *checkup) facts(ctx context.Context) error {
	sent := time.Now()
	answered, err := c.ask(ctx, "server", sqlCheck, c.about.scan)
	if !answered {
		return err
	}
	received := time.Now()
	c.add(c.connection(), c.about.version(), c.about.primary(), c.about.writes(), c.about.isolated(), c.about.texts(),
		sdk.ClockFinding(time.UnixMicro(c.about.now), sent, received, time.Microsecond))
	return nil
}

// settings looks at what keeps a lock over a crash.
func (c *checkup) settings(ctx context.Context) error {
	c.set = map[string]string{}
	answered, err := c.ask(ctx, "durability", sqlSettings, func(rows pgx.Rows) error {
		var name, value string
		_, err := pgx.ForEachRow(rows, []any{&name, &value}, func() error { c.set[name] = value; return nil })
		return err
	})
	if answered {
		c.add(durable(c.set))
	}
	return err
}

// standbys looks at what keeps a lock over a failover.
func (c *checkup) standbys(ctx context.Context) error {
	if c.about.inRecovery {
		return nil
	}
	var s standbys
	answered, err := c.ask(ctx, "replication", sqlStandbys, s.scan)
	if answered {
		c.add(s.judge(c.set))
	}
	return err
}

// privileges looks at what each operation needs.
func (c *checkup) privileges(ctx context.Context) error {
	var grants []string
	answered, err := c.ask(ctx, "privileges", sqlPrivileges, func(rows pgx.Rows) (err error) {
		grants, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	}, c.table.schema, c.table.name, c.table.fence())
	if answered {
		c.add(privileged(grants)...)
	}
	return err
}

// schema looks at the tables as every operation does, in a transaction that
// takes two trips, as a pooler may take none such. It comes last, as the pooler
// then hangs up.
func (c *checkup) schema(ctx context.Context) error {
	if c.about.tooOld() {
		return nil // it lacks what is asked of it there
	}
	batch, s := c.opening(ctx, "READ ONLY")
	err := c.line.send(ctx, batch)
	if err == nil {
		_, err = c.line.Exec(ctx, "COMMIT")
	}
	said, refused := errors.AsType[*pgconn.PgError](err)
	switch {
	case refused:
		c.add(refusedLook(said))
	case err != nil:
		return c.explain(err)
	default:
		c.add(c.fitting(s))
	}
	return nil
}
