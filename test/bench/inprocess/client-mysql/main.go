// Command client-mysql reads MariaDB by Go's MySQL driver alone, for `make bench`.
package main

import (
	"context"
	"database/sql"
	"net"

	"github.com/go-sql-driver/mysql"

	"github.com/stormlock/stormlock/test/bench/inprocess"
)

func main() {
	inprocess.ClientMain(func(_ context.Context, settings map[string]string) (inprocess.Client, error) {
		c := mysql.NewConfig()
		c.Net, c.Addr = "tcp", net.JoinHostPort(settings["host"], settings["port"])
		c.User, c.DBName, c.ParseTime = settings["user"], settings["database"], true
		connector, err := mysql.NewConnector(c)
		if err != nil {
			return nil, err
		}
		return client{sql.OpenDB(connector)}, nil
	})
}

type client struct{ *sql.DB }

func (c client) Fill(ctx context.Context, copies int) error {
	_, err := c.ExecContext(ctx, `INSERT INTO stormlock (resource, lease, principal, created, expires, reason, fence, details_of)
		WITH RECURSIVE numbers AS (SELECT 0 AS n UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?)
		SELECT CONCAT(resource, '/', LPAD(n, 6, '0')), lease, principal, created, expires, reason, fence, details_of
		FROM stormlock, numbers WHERE resource = ?`, copies, inprocess.Seed)
	return err
}

func (c client) Read(ctx context.Context) (n int, err error) {
	rows, err := c.QueryContext(ctx, `SELECT resource, HEX(lease), principal, created, TIMESTAMPDIFF(MICROSECOND, SYSDATE(6), expires),
		COALESCE(reason, ''), COALESCE(fence, 0) FROM stormlock WHERE expires > SYSDATE(6)`)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var resource, lease, principal, reason string
		var created sql.NullTime
		var left, fence int64
		if err := rows.Scan(&resource, &lease, &principal, &created, &left, &reason, &fence); err != nil {
			return n, err
		}
		n++
	}
	return n, rows.Err()
}
