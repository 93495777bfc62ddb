package postgres

import (
	"context"
	"iter"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/stormlock/stormlock/sdk"
)

// pageSize is how many rows one answer has at most. One is less than 5 KiB.
const pageSize = 2500

// List yields the leases in pages, each of which is a transaction of its own:
// while a lease is yielded, the connection is idle, and nothing is locked.
func (b *backend) List(ctx context.Context, prefix string) iter.Seq2[sdk.Lease, error] {
	return func(yield func(sdk.Lease, error) bool) {
		ctx, cancel := b.bounded(ctx)
		defer cancel()
		l, err := b.dial(ctx)
		if err != nil {
			yield(sdk.Lease{}, b.explain(err))
			return
		}
		defer l.hangUp()
		if err := b.pages(ctx, l, &page{prefix: prefix}, yield); err != nil {
			yield(sdk.Lease{}, err)
		}
	}
}

// pages yields until the end, an error, or a reader who has enough. The tables
// are looked at once, the server for every page.
func (b *backend) pages(ctx context.Context, l *line, p *page, yield func(sdk.Lease, error) bool) error {
	batch, s := b.opening(ctx, "READ ONLY")
	for {
		if err := b.turn(ctx, l, p, batch, s); err != nil {
			return err
		}
		for _, lease := range p.leases {
			if !yield(lease, nil) {
				return nil
			}
		}
		if p.rows < pageSize {
			return nil
		}
		batch = b.beginning(ctx, "READ ONLY", s)
	}
}

// A page is a part of the list.
type page struct {
	prefix string
	last   string // the resource up to which all was read
	rows   int
	leases []sdk.Lease
}

// turn reads the next page.
func (b *backend) turn(ctx context.Context, l *line, p *page, batch *pgx.Batch, s *server) error {
	batch.Queue(sqlInOrder)
	batch.Queue(b.table.sql(sqlPage), p.prefix, p.last, pageSize).Query(p.scan)
	batch.Queue("COMMIT")
	return b.judge(s, l.send(ctx, batch))
}

// scan reads the rows of page.sql.
func (p *page) scan(rows pgx.Rows) error {
	p.rows, p.leases = 0, p.leases[:0]
	r := row{sound: true}
	fields := []any{&p.last, &r.lease, &r.principal, &r.reason, &r.created, &r.remains, &r.fence}
	for rows.Next() {
		if err := rows.Scan(fields...); err != nil {
			return err
		}
		if p.rows++; showable(p.last, &r) {
			p.leases = append(p.leases, r.toLease(p.last))
		}
	}
	return rows.Err()
}

// showable reports whether a row of a page is a lease. Names and texts that no
// stormlock writes are other applications'.
func showable(resource string, r *row) bool {
	return sdk.ValidateResource(resource) == nil && utf8.ValidString(r.principal) && utf8.ValidString(r.reason)
}
