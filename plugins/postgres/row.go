package postgres

import (
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/stormlock/stormlock/sdk"
)

// A row is what lies at a resource's place, as sqlRow shows it.
type row struct {
	found     bool
	changed   bool // by this call
	sound     bool // a lock, and nothing else
	lease     string
	principal string
	reason    string
	created   int64 // microseconds since 1970
	remains   int64 // microseconds
	fence     int64
}

// fields are where sqlRow is scanned into.
func (r *row) fields() []any {
	return []any{&r.sound, &r.lease, &r.principal, &r.reason, &r.created, &r.remains, &r.fence}
}

// scan reads the first of rows unless one was found before. The first column
// tells whether this call has changed it.
func (r *row) scan(rows pgx.Rows) error {
	for rows.Next() {
		if r.found {
			continue
		}
		if err := rows.Scan(append([]any{&r.changed}, r.fields()...)...); err != nil {
			return err
		}
		r.found = true
	}
	return rows.Err()
}

// foreign reports whether the row holds something that is not a lock. A
// database whose encoding is SQL_ASCII holds any bytes.
func (r *row) foreign() bool {
	return r.found && !(r.sound && utf8.ValidString(r.principal) && utf8.ValidString(r.reason))
}

// current reports whether the row is a lease that has not ended.
func (r *row) current() bool { return r.found && !r.foreign() && r.remains > 0 }

// holds reports whether the row is the current lease with an id.
func (r *row) holds(id string) bool { return r.current() && sdk.SameID(r.lease, id) }

func (r *row) toLease(resource string) sdk.Lease {
	id, _ := sdk.ParseID(r.lease)
	return sdk.Lease{
		Resource:  resource,
		ID:        hexID(id),
		Principal: r.principal,
		Reason:    r.reason,
		Created:   time.UnixMicro(r.created).UTC(),
		TTL:       time.Duration(r.remains) * time.Microsecond,
		Fence:     uint64(max(r.fence, 0)),
	}
}
