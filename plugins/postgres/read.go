package postgres

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// timeToSay is how long before the end of a call the server stops waiting
	// for another session, so that it can say so. The limit for a statement is
	// for those who wait in a queue: they wait for more than one session.
	timeToSay = 200 * time.Millisecond
)

// opening returns a batch that begins a transaction and looks at the server and
// the tables, into what is returned with it.
func (b *backend) opening(ctx context.Context, access string) (*pgx.Batch, *server) {
	s := &server{}
	batch := b.beginning(ctx, access, s)
	batch.Queue(sqlTables, b.table.sql("{table}"), b.table.sql("{fences}")).Query(s.scanTables)
	return batch, s
}

// beginning returns a batch that begins a transaction and looks at the server,
// into s. The level is set because a role or a database can have another by
// default, at which transactions fail that only have to wait.
func (b *backend) beginning(ctx context.Context, access string, s *server) *pgx.Batch {
	end, _ := ctx.Deadline()
	left := time.Until(end)
	margin := min(left/10, timeToSay)
	batch := &pgx.Batch{}
	batch.Queue("BEGIN ISOLATION LEVEL READ COMMITTED " + access)
	batch.Queue(sqlBegin, milliseconds(left-margin/2), milliseconds(left-margin), b.table.sql("{schema}"), b.table.sql("{table}"), b.table.sql("{bare}")).QueryRow(s.scanFacts)
	return batch
}

// milliseconds never returns 0, which would mean no limit.
func milliseconds(d time.Duration) string {
	return strconv.FormatInt(max(d.Milliseconds(), 1), 10)
}

// read runs statements that change nothing, in one round trip.
func (b *backend) read(ctx context.Context, queue func(*pgx.Batch)) error {
	ctx, cancel := b.bounded(ctx)
	defer cancel()
	l, err := b.dial(ctx)
	if err != nil {
		return b.explain(err)
	}
	defer l.hangUp()
	batch, s := b.opening(ctx, "READ ONLY")
	queue(batch)
	batch.Queue("COMMIT")
	return b.judge(s, l.send(ctx, batch))
}
