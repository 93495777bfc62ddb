// Package mysql keeps stormlock's leases in a table of a MariaDB or MySQL
// database.
//
// A lock is a row, laid out as Python's stormlock does, so both programs respect
// each other's locks. A second table, named after the first with _fence behind
// it, counts the grants and releases of each resource and outlives its locks.
// Setup makes both, and has Python's table compare names byte by byte.
//
// Nothing here is a transaction of several requests: a commit that comes late
// could not be called back. What decides is one statement that commits by itself
// (see the directory sql), and it holds all guards: whose lock it is, whether it
// is a lock at all, whether its time is up, and whether the request is too late
// or was overtaken. They are judged once the statement has the rows that it
// waited for. So there is one moment of doubt, after that statement was sent, and
// a fault at any other is certain.
//
// Start reading at lease.go, the operations, and visit.go, what each begins
// with; line.go is the one connection of a call, wire.go what is below it, and
// errors.go decides what is certain after a fault.
//
// Privileges that a user needs: SELECT, INSERT, UPDATE and DELETE on the table,
// and SELECT, INSERT and UPDATE on the fence table. MariaDB 10.4 or newer, or
// MySQL 8.0 or newer; the tables are InnoDB's.
package mysql

import (
	"context"

	"github.com/stormlock/stormlock/sdk"
)

// A Config is the section [backend.mysql] of a configuration file.
type Config struct {
	Host     string `key:"host" required:"true" help:"name or address of the server, or the absolute path of its socket"`
	Port     string `key:"port" default:"3306" help:"port of the server"`
	User     string `key:"user" required:"true" help:"who logs in"`
	Password string `key:"password" secret:"true" help:"the user's password"`
	Database string `key:"database" required:"true" help:"database in which the table is"`
	Table    string `key:"table" default:"stormlock" help:"table of the locks: lower-case letters, digits and _"`
	TLS      string `key:"tls" help:"verify, skip-verify or disable; verify if not given, except on this machine"`
	CACert   string `key:"ca_cert" help:"file with the certificates, in PEM form, that vouch for the server"`
	CertCert string `key:"cert_cert" help:"file with the certificate, in PEM form, that this client shows"`
	CertKey  string `key:"cert_key" help:"file with the key of cert_cert, in PEM form"`
}

// backend implements sdk.Backend.
type backend struct {
	server
	login
	table table

	open  context.Context // ends with Close
	close context.CancelFunc
}

// A login is what a server is told of the user.
type login struct{ user, password string }

// Open returns a backend for the table that c describes. It does not connect: a
// server that is down shows at the first call.
func Open(ctx context.Context, c Config) (sdk.Backend, error) {
	server, err := parseServer(c)
	if err != nil {
		return nil, err
	}
	table, err := parseTable(c)
	if err != nil {
		return nil, err
	}
	if c.User == "" {
		return nil, configError("user", "is missing; name the user who logs in")
	}
	b := &backend{server: server, login: login{c.User, c.Password}, table: table}
	b.open, b.close = context.WithCancel(context.Background())
	if text := server.exposed(); text != "" {
		sdk.Warn(ctx, "%s", text)
	}
	return b, nil
}

// Close ends the calls that still run; each then hangs up its connection.
func (b *backend) Close() error {
	b.close()
	return nil
}
