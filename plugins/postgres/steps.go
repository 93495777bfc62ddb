package postgres

import (
	"github.com/jackc/pgx/v5"

	"github.com/stormlock/stormlock/sdk"
)

// What each operation is as a change. Ids are in the one spelling.
//
// An acquire reads the counter first, and takes the lock only if it is the same
// still. Every grant and every release counts up. So a request that comes late
// or twice takes nothing once its lease was granted, or its sender was told that
// it is released or not held.

func (b *backend) granting(want sdk.Lease) change {
	var seen *int64
	return change{
		resource: want.Resource,
		look: func(batch *pgx.Batch) {
			batch.Queue(b.table.sql(sqlSeen), want.Resource).Query(func(rows pgx.Rows) error {
				for rows.Next() {
					if err := rows.Scan(&seen); err != nil {
						return err
					}
				}
				return rows.Err()
			})
		},
		queue: func(batch *pgx.Batch, r *row, deadline int64) {
			batch.Queue(b.table.sql(sqlRepeat), want.Resource, want.ID, deadline)
			batch.Queue(b.table.sql(sqlTake), want.Resource, want.ID, want.Principal, want.Reason, seconds(want.TTL), deadline, seen).Query(r.scan)
		},
		keep: func(r *row) bool { return r.holds(want.ID) },
	}
}

func (b *backend) renewing(lease sdk.Lease) change {
	return change{
		resource: lease.Resource,
		queue: func(batch *pgx.Batch, r *row, deadline int64) {
			batch.Queue(b.table.sql(sqlRenew), lease.Resource, lease.ID, deadline, seconds(lease.TTL)).Query(r.scan)
		},
		keep: func(r *row) bool { return r.changed },
	}
}

// releasing counts in any case, and before it looks whose the lock is: a late
// acquire that took it meanwhile is seen, and one that comes after finds another
// counter. That is committed also where nothing was released, but for foreign
// data.
func (b *backend) releasing(lease sdk.Lease) change {
	return change{
		resource: lease.Resource,
		queue: func(batch *pgx.Batch, r *row, deadline int64) {
			batch.Queue(b.table.sql(sqlVoid), lease.Resource, deadline)
			batch.Queue(b.table.sql(sqlRelease), lease.Resource, lease.ID, deadline).Query(r.scan)
		},
		keep: func(r *row) bool { return !r.foreign() },
	}
}
