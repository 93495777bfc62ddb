package mysql

import (
	"context"
	"iter"

	"github.com/stormlock/stormlock/sdk"
)

// pageSize is how many rows one answer has at most. One is less than 5 KiB.
const pageSize = 2500

// List yields the leases in pages, each of which is a statement of its own:
// while a lease is yielded, the connection is idle, and nothing is locked.
func (b *backend) List(ctx context.Context, prefix string) iter.Seq2[sdk.Lease, error] {
	return func(yield func(sdk.Lease, error) bool) {
		ctx, cancel := b.bounded(ctx)
		defer cancel()
		v, err := b.begin(ctx)
		if err != nil {
			yield(sdk.Lease{}, err)
			return
		}
		defer v.hangUp()
		if err := v.pages(&page{prefix: prefix}, yield); err != nil {
			yield(sdk.Lease{}, err)
		}
	}
}

// pages yields until the end, an error, or a reader who has enough. The server is
// looked at for every page: it may have become a replica.
func (v *visit) pages(p *page, yield func(sdk.Lease, error) bool) error {
	for {
		if err := v.turn(p); err != nil {
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
		if err := v.meet(); err != nil {
			return err
		}
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
func (v *visit) turn(p *page) error {
	p.rows, p.leases = 0, p.leases[:0]
	end := []byte(behind(p.prefix))
	err := v.ask(v.ctx, p.scan, v.table.sql(sqlPage), []byte(p.prefix), []byte(p.last), end, end, int64(pageSize))
	if err != nil {
		return v.explain(err)
	}
	return nil
}

// behind returns the first text behind all that begin with a prefix. UTF-8 has no
// byte that could not be one higher.
func behind(prefix string) string {
	if prefix == "" {
		return ""
	}
	last := len(prefix) - 1
	return prefix[:last] + string([]byte{prefix[last] + 1})
}

// scan reads a row of page.sql.
func (p *page) scan(fields []string) error {
	if len(fields) != 1+rowColumns {
		return errStrange
	}
	r, err := rowOf(fields[1:])
	if err != nil {
		return err
	}
	p.rows++
	p.last = fields[0]
	// Names and texts that no stormlock writes are other applications'.
	if sdk.ValidateResource(p.last) == nil && r.current() {
		p.leases = append(p.leases, r.toLease(p.last))
	}
	return nil
}
