// Command client-postgres reads PostgreSQL by pgx alone, for `make bench`.
package main

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/stormlock/stormlock/test/bench/inprocess"
)

func main() {
	inprocess.ClientMain(func(ctx context.Context, settings map[string]string) (inprocess.Client, error) {
		conn, err := pgx.Connect(ctx, settings["connection"])
		return client{conn}, err
	})
}

type client struct{ *pgx.Conn }

// Fill gives the planner what it has in a table that has grown by itself.
func (c client) Fill(ctx context.Context, copies int) error {
	_, err := c.Exec(ctx, `INSERT INTO stormlock (resource, lease, principal, created, expires, reason, fence, details_of)
		SELECT resource || '/' || lpad(n::text, 6, '0'), lease, principal, created, expires, reason, fence, details_of
		FROM stormlock, generate_series(0, $1::int - 1) AS n WHERE resource = $2`, copies, inprocess.Seed)
	if err == nil {
		_, err = c.Exec(ctx, "VACUUM ANALYZE stormlock")
	}
	return err
}

func (c client) Read(ctx context.Context) (n int, err error) {
	rows, err := c.Query(ctx, `SELECT resource, lease::text, principal, created, expires - clock_timestamp(), coalesce(reason, ''), coalesce(fence, 0)
		FROM stormlock WHERE expires > clock_timestamp()`)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var resource, lease, principal, reason string
		var created time.Time
		var left time.Duration
		var fence int64
		if err := rows.Scan(&resource, &lease, &principal, &created, &left, &reason, &fence); err != nil {
			return n, err
		}
		n++
	}
	return n, rows.Err()
}
