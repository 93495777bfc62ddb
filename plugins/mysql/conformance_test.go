package mysql

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/conformance"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	p := database(t)
	conn := connect(t, p)
	conformance.Run(t, conformance.Store{
		Open: func(ctx context.Context) (sdk.Backend, error) { return Open(ctx, p.config()) },
		Foreign: func(ctx context.Context, resource string) (func(context.Context) error, error) {
			return plant(ctx, conn, resource)
		},
	})
}

// plant puts a row at a resource's place that no stormlock writes: it is held by
// nobody, and ended long ago.
func plant(ctx context.Context, conn *sql.DB, resource string) (func(context.Context) error, error) {
	read := func(ctx context.Context) (text string, err error) {
		err = conn.QueryRowContext(ctx, `SELECT COALESCE(MAX(CONCAT_WS(' ', HEX(lease), principal, created, expires, reason, fence)), '')
			FROM stormlock WHERE resource = ?`, resource).Scan(&text)
		return text, err
	}
	_, err := conn.ExecContext(ctx, `INSERT INTO stormlock (resource, lease, principal, created, expires)
		VALUES (?, UNHEX(REPLACE(UUID(), '-', '')), '', '2001-01-01', '2001-01-02')`, resource)
	if err != nil {
		return nil, err
	}
	before, err := read(ctx)
	return func(ctx context.Context) error {
		after, err := read(ctx)
		if err == nil && after != before {
			err = errors.New("the row has changed")
		}
		return err
	}, err
}
