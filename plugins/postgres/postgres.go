// Package postgres keeps stormlock's leases in a table of a PostgreSQL
// database.
//
// A lock is a row, laid out as Python's stormlock does, so both programs
// respect each other's locks. A second table, named after the first with _fence
// behind it, counts the grants and releases of each resource and outlives its
// locks. Setup makes both, and gives Python's table the time zones that it lacks.
//
// Each change is one transaction in three round trips: it begins, looks at the
// tables and reads the server's clock; one statement decides and writes (see the
// directory sql), which holds the guards: whose lock it is, whether it is a lock
// at all, whether its time is up, and whether the request is too late or was
// overtaken; and it commits. Until the commit is sent nothing can have been
// written, and the server ends the transaction by its own clock if the commit
// comes late. So there is one moment of doubt, and a fault at any other is
// certain.
//
// Start reading at lease.go, the operations, and steps.go, what each sends;
// change.go and read.go run that over a line, which is one connection for one
// call, and errors.go decides what is certain after a fault.
//
// Privileges that a user needs: CONNECT on the database, USAGE on the schema,
// SELECT, INSERT, UPDATE and DELETE on the table, and SELECT, INSERT and UPDATE
// on the fence table. PostgreSQL 12 or newer; PgBouncer in session or
// transaction mode.
package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/stormlock/stormlock/sdk"
)

// A Config is the section [backend.postgres] of a configuration file.
type Config struct {
	Connection string `key:"connection" required:"true" secret:"true" help:"postgresql://USER:PASSWORD@HOST:PORT/DATABASE, or host=HOST dbname=DATABASE user=USER password=PASSWORD; sslmode is verify-full if not given, except on this machine"`
	Table      string `key:"table" default:"stormlock" help:"TABLE in the schema public, or SCHEMA.TABLE; case counts"`
}

// backend implements sdk.Backend.
type backend struct {
	config *pgx.ConnConfig
	where  string // the addresses, for error texts; never a credential
	table  table

	open  context.Context // ends with Close
	close context.CancelFunc
}

// Open returns a backend for the table that c describes. It does not connect: a
// server that is down shows at the first call.
func Open(ctx context.Context, c Config) (sdk.Backend, error) {
	config, err := parseConnection(c.Connection)
	if err != nil {
		return nil, err
	}
	sdk.Conceal(ctx, config.Password) // of ~/.pgpass, too
	table, err := parseTable(c.Table)
	if err != nil {
		return nil, err
	}
	b := &backend{config: config, where: addresses(config), table: table}
	b.open, b.close = context.WithCancel(context.Background())
	warn(ctx, config)
	return b, nil
}

// Close ends the calls that still run; each then hangs up its connection.
func (b *backend) Close() error {
	b.close()
	return nil
}
