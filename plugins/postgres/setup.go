package postgres

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/stormlock/stormlock/sdk"
)

// The statements of Setup. Each can be repeated, also by hand: dry runs print
// them for that. A new table compares resources byte by byte, in any database.
var (
	sqlCreateSchema = `CREATE SCHEMA IF NOT EXISTS {schema};`
	sqlCreateTable  = `CREATE TABLE IF NOT EXISTS {table} (resource text COLLATE "C" PRIMARY KEY, lease uuid NOT NULL, ` +
		`principal text NOT NULL, created timestamptz NOT NULL, expires timestamptz NOT NULL, ` +
		`reason text, fence bigint, details_of uuid);`
	sqlCreateFences = `CREATE TABLE IF NOT EXISTS {fences} (resource text COLLATE "C" PRIMARY KEY, fence bigint NOT NULL);`

	// Two setups at once would both find a table missing.
	sqlSetupLock = `SELECT pg_advisory_xact_lock(hashtextextended('stormlock setup ' || $1, 0))`
)

// alterTypes gives columns the time zone that they lack. Python wrote its
// times in the zone of its session; this is the session's zone that a user
// without a PGTZ of his own has.
func alterTypes(columns []string, zone string) string {
	var parts []string
	for _, name := range columns {
		parts = append(parts, "ALTER COLUMN "+name+" TYPE timestamptz USING "+name+" AT TIME ZONE "+zone)
	}
	return "ALTER TABLE {table} " + strings.Join(parts, ", ") + ";"
}

func addColumns(columns []wanted) string {
	var parts []string
	for _, w := range columns {
		parts = append(parts, "ADD COLUMN IF NOT EXISTS "+w.name+" "+w.kind)
	}
	return "ALTER TABLE {table} " + strings.Join(parts, ", ") + ";"
}

// Setup makes the tables, or gives Python's table what it lacks, in one
// transaction. Locks that are held stay held.
func (b *backend) Setup(ctx context.Context, dryRun bool) ([]string, error) {
	ctx, cancel := b.bounded(ctx)
	defer cancel()
	l, err := b.dial(ctx)
	if err != nil {
		return nil, b.explain(err)
	}
	defer l.hangUp()
	s, err := b.survey(ctx, l, dryRun)
	if err != nil {
		return nil, err
	}
	var statements []string
	for _, gap := range b.gaps(s) {
		statements = append(statements, gap.statement)
	}
	if dryRun || len(statements) == 0 {
		return statements, nil
	}
	for _, statement := range statements {
		if _, err := l.Exec(ctx, statement); err != nil {
			return nil, b.explainSetup(err)
		}
	}
	if err := b.commit(ctx, l); err != nil {
		return nil, err
	}
	return statements, nil
}

// survey looks at the server and the tables, as the only setup that does. The
// wait for another comes before the look.
func (b *backend) survey(ctx context.Context, l *line, dryRun bool) (*server, error) {
	batch, s := b.opening(ctx, "")
	if !dryRun {
		lock := &pgx.QueuedQuery{SQL: sqlSetupLock, Arguments: []any{b.table.String()}}
		const afterBegin = 2
		batch.QueuedQueries = append(batch.QueuedQueries[:afterBegin:afterBegin], append([]*pgx.QueuedQuery{lock}, batch.QueuedQueries[afterBegin:]...)...)
	}
	err := l.send(ctx, batch)
	if !s.tablesRead {
		return nil, b.explain(err)
	}
	if s.inRecovery {
		return nil, b.standby()
	}
	if err := b.unfit(s); err != nil {
		return nil, err
	}
	return s, nil
}

// judge says what speaks against a call: a server that is a standby, tables
// that cannot hold locks or are not set up, or else err, which came with what
// is known of them.
func (b *backend) judge(s *server, err error) error {
	switch {
	case s.factsRead && s.inRecovery:
		return b.standby()
	case !s.tablesRead:
		return b.explain(err)
	}
	if err := b.unfit(s); err != nil {
		return err
	}
	if gaps := b.gaps(s); len(gaps) > 0 {
		return sdk.NotSetUp("postgres at %s: %s", b.where, gaps[0].what)
	}
	if err != nil {
		return b.explain(err)
	}
	return nil
}
