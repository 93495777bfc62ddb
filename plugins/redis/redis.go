// Package redis keeps stormlock's leases in Redis: one server, a primary that
// Sentinel watches over, or a cluster.
//
// A lock is a hash with an expiry, laid out as Python's stormlock does, so both
// programs respect each other's locks. Its key is the prefix and the resource;
// a counter beside it, which does not expire, keeps the fence growing and makes
// requests that come late or twice void. Every step is one Lua script (see the
// directory lua), which holds the guards: whose lock it is, whether it is a lock
// at all, and whether the request is too late.
//
// Start reading at lease.go, the operations; look.go is what comes before a
// change, attempt.go sends the scripts, sentinel.go finds the primary, and
// errors.go decides what is certain after a fault.
//
// Permissions that an ACL user needs: the keys ~PREFIX* and the commands
// +eval +time +type +hmget +pttl +pexpire +hset +hsetnx +get +set +del +scan;
// also +select for a database other than 0, and +cluster|slots for a cluster.
// A user of the Sentinels needs +sentinel|get-master-addr-by-name there.
// Redis 6 or newer; min-replicas-to-write holds for scripts from 7.0 on.
package redis

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9/logging"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/bounded"
)

// A Config is the section [backend.redis] of a configuration file.
type Config struct {
	URL    string `key:"url" default:"redis://localhost:6379" secret:"true" help:"redis://USER:PASSWORD@HOST:PORT/DATABASE, with rediss:// for TLS; or unix:///PATH?db=DATABASE"`
	Prefix string `key:"prefix" empty:"true" help:"what the keys of all locks begin with, to keep them apart from other data"`
	Mode   string `key:"mode" default:"single" help:"single, sentinel or cluster"`

	CACert   string `key:"ca_cert" help:"absolute path of the PEM certificates of the authorities that may vouch for the server, with rediss://; default: the system's"`
	CertCert string `key:"cert_cert" help:"absolute path of the PEM certificate to show to the server, with rediss://"`
	CertKey  string `key:"cert_key" help:"absolute path of the PEM key of cert_cert"`
}

const closeTimeout = 300 * time.Millisecond

// backend implements sdk.Backend.
type backend struct {
	server server
	where  string // the address, for error texts; never a credential
	prefix string
}

// Open returns a backend for the server that c describes. It does not connect:
// a server that is down shows at the first call.
func Open(ctx context.Context, c Config) (sdk.Backend, error) {
	// What the client library has to say goes into the errors of its calls;
	// its own logging would only add noise to stderr.
	logging.Disable()
	o, err := connect(c)
	if err != nil {
		return nil, err
	}
	o.warn(ctx)
	return &backend{server: o.server, where: o.where, prefix: c.Prefix}, nil
}

// Setup checks that the server takes writes. There is nothing to create.
func (b *backend) Setup(ctx context.Context, _ bool) ([]string, error) {
	ctx, cancel := bounded.Call(ctx)
	defer cancel()
	_, err := b.read(ctx, scriptSetup, b.prefix+noLock)
	return nil, err
}

// Close ends the connections. What the client library may wait for meanwhile
// goes on without us.
func (b *backend) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	_, err := await(ctx, func() (struct{}, error) { return struct{}{}, b.server.Close() })
	if ctx.Err() != nil {
		return nil
	}
	return err
}
