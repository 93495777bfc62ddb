package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/bounded"
)

// bounded ends with ctx, with the backend, and in any case.
func (b *backend) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return bounded.CallWhile(ctx, b.open)
}

// A change is what one transaction does to one resource.
type change struct {
	resource string

	// look adds what the first round trip is to read besides, if it is not nil.
	look func(batch *pgx.Batch)

	// queue adds the statements that decide and write. They read what they
	// found into r.
	queue func(batch *pgx.Batch, r *row, deadline int64)

	// keep tells whether to commit. Otherwise all is undone.
	keep func(r *row) bool
}

// write runs a change: it begins, decides, and commits, with a round trip each.
// What is returned without an error is certain.
func (b *backend) write(ctx context.Context, c change) (row, error) {
	ctx, cancel := b.bounded(ctx)
	defer cancel()
	l, err := b.dial(ctx)
	if err != nil {
		return row{}, b.explain(err)
	}
	defer l.hangUp()
	deadline, err := b.begin(ctx, l, c)
	if err != nil {
		return row{}, err
	}
	found, err := b.decide(ctx, l, c, deadline)
	if err != nil || !c.keep(&found) {
		return found, err
	}
	return found, b.commit(ctx, l)
}

// begin opens a transaction, looks at the server and the tables, and returns
// when ctx ends on the server's clock, in microseconds. The two clocks need not
// agree: only the time that is left counts, and it runs from the moment that
// the server read its clock. That moment was before the reply came, so the
// result is early by at most the reply's way back, and never late.
func (b *backend) begin(ctx context.Context, l *line, c change) (deadline int64, err error) {
	batch, s := b.opening(ctx, "")
	if c.look != nil {
		c.look(batch)
	}
	err = l.send(ctx, batch)
	if err := b.judge(s, err); err != nil {
		return 0, err
	}
	if s.readOnly {
		return 0, sdk.Unavailable(`postgres at %s: transactions are read-only there; nothing was changed; see default_transaction_read_only`, b.where)
	}
	end, _ := ctx.Deadline()
	return s.now + time.Until(end).Microseconds(), nil
}

// decide runs the statements of a change, which are not committed yet. A row
// that they do not return is looked at after them.
func (b *backend) decide(ctx context.Context, l *line, c change, deadline int64) (row, error) {
	var found row
	inTime := false
	batch := &pgx.Batch{}
	c.queue(batch, &found, deadline)
	batch.Queue(b.table.sql(sqlLook), c.resource).Query(found.scan)
	batch.Queue(sqlFinish, deadline).QueryRow(func(r pgx.Row) error { return r.Scan(&inTime, nil) })
	if err := l.send(ctx, batch); err != nil {
		return row{}, b.explain(err)
	}
	if !inTime {
		return row{}, sdk.Unavailable("postgres at %s: the request came after its deadline; no lock was changed; try again", b.where)
	}
	return found, nil
}

// commit sends the one message that can change a lock. From here on, no answer
// means that the outcome is unknown.
func (b *backend) commit(ctx context.Context, l *line) error {
	if err := ctx.Err(); err != nil {
		return b.explain(err)
	}
	l.warning = ""
	tag, err := l.Exec(ctx, "COMMIT")
	return b.committed(tag.String(), l.warning, err)
}
