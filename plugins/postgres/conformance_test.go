package postgres

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/conformance"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	at := database(t)
	conformance.Run(t, conformance.Store{
		Open: func(ctx context.Context) (sdk.Backend, error) {
			return Open(ctx, Config{Connection: at})
		},
		Foreign: func(ctx context.Context, resource string) (func(context.Context) error, error) {
			return plant(ctx, at, resource)
		},
	})
}

// plant puts a row at a resource's place that no stormlock writes: it is held
// by nobody, and ended long ago.
func plant(ctx context.Context, at, resource string) (func(context.Context) error, error) {
	const write = `INSERT INTO stormlock (resource, lease, principal, created, expires)
		VALUES ($1, gen_random_uuid(), '', '2001-01-01', '2001-01-02') RETURNING ctid::text || xmin || stormlock::text`
	const read = `SELECT coalesce(max(ctid::text || xmin || stormlock::text), '') FROM stormlock WHERE resource = $1`
	before, err := ask(ctx, at, write, resource)
	return func(ctx context.Context) error {
		after, err := ask(ctx, at, read, resource)
		if err == nil && after != before {
			err = errors.New("the row has changed")
		}
		return err
	}, err
}

func ask(ctx context.Context, at, sql, resource string) (text string, err error) {
	conn, err := pgx.Connect(ctx, at)
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	err = conn.QueryRow(ctx, sql, resource).Scan(&text)
	return text, err
}
