package postgres

import (
	"context"
	"iter"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/stormlock/stormlock/sdk"
)

const (
	pageSize = 500

	// timeToSay is how long before the end of a call the server stops waiting
	// for another session, so that it can say so. The limit for a statement is
	// for those who wait in a queue: they wait for more than one session.
	timeToSay = 200 * time.Millisecond
)

// opening returns a batch that begins a transaction and looks at the server and
// the tables, into what is returned with it. The level is set because a role or
// a database can have another by default, at which transactions fail that only
// have to wait.
func (b *backend) opening(ctx context.Context, access string) (*pgx.Batch, *server) {
	s := &server{}
	end, _ := ctx.Deadline()
	left := time.Until(end)
	margin := min(left/10, timeToSay)
	batch := &pgx.Batch{}
	batch.Queue("BEGIN ISOLATION LEVEL READ COMMITTED " + access)
	batch.Queue(sqlBegin, milliseconds(left-margin/2), milliseconds(left-margin), b.table.sql("{schema}"), b.table.sql("{table}"), b.table.sql("{bare}")).QueryRow(s.scanFacts)
	batch.Queue(sqlTables, b.table.sql("{table}"), b.table.sql("{fences}")).Query(s.scanTables)
	return batch, s
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

// List yields the leases in pages, each from a connection of its own: while a
// lease is yielded, nothing is kept busy or locked.
func (b *backend) List(ctx context.Context, prefix string) iter.Seq2[sdk.Lease, error] {
	return func(yield func(sdk.Lease, error) bool) {
		ctx, cancel := b.bounded(ctx)
		defer cancel()
		for last, more := "", true; more; {
			leases, err := b.page(ctx, prefix, last)
			if err != nil {
				yield(sdk.Lease{}, err)
				return
			}
			for _, lease := range leases {
				last = lease.Resource
				if showable(lease) && !yield(lease, nil) {
					return
				}
			}
			more = len(leases) == pageSize
		}
	}
}

// page reads the leases that follow the resource last.
func (b *backend) page(ctx context.Context, prefix, last string) (leases []sdk.Lease, err error) {
	err = b.read(ctx, func(batch *pgx.Batch) {
		batch.Queue(b.table.sql(sqlPage), prefix, last, pageSize).Query(func(rows pgx.Rows) error {
			leases, err = scanPage(rows)
			return err
		})
	})
	return leases, err
}
