// Package etcd keeps stormlock's leases in etcd 3.
//
// A lock is a few keys below the prefix and the resource, laid out as Python's
// stormlock does, so both programs respect each other's locks: RESOURCE/id holds
// the id of the etcd lease that all of them hang on, RESOURCE/p the principal and
// RESOURCE/c the time of creation. Ours alone are RESOURCE/r, the reason, and
// RESOURCE/a, the id that the lock was asked for with. When the etcd lease ends,
// etcd itself deletes the keys: a resource is held exactly as long as they are
// there. RESOURCE/g, the generation, is on no etcd lease and stays.
//
// The guard of every step is in etcd. A lock is taken by one transaction that
// finds none of the keys, and the generation as it was seen before, so that one
// that comes late or twice does nothing; it is ended by revoking its etcd lease, which can
// touch nothing but what hangs on that lease, and is renewed by keeping that
// lease alive. No etcd lease is revoked or kept alive because somebody typed its
// id: the lock's own keys must have named it first.
//
// Start reading at acquire.go and lease.go, the operations; store.go sends their
// requests, and errors.go decides what is certain after a fault.
//
// Permission that a user needs when authentication is on: readwrite on the keys
// that begin with the prefix.
package etcd

import (
	"context"
	"strings"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// A Config is the section [backend.etcd] of a configuration file.
type Config struct {
	Endpoints string `key:"endpoints" help:"the members of the cluster: http://HOST:PORT or https://HOST:PORT, separated by commas"`
	Host      string `key:"host" help:"the one server, if there are no endpoints; localhost if not given"`
	Port      string `key:"port" help:"the port of host; 2379 if not given"`
	Prefix    string `key:"prefix" default:"/" help:"what the keys of all locks begin with"`
	CACert    string `key:"ca_cert" help:"file with the certificates, in PEM form, that vouch for the servers; with host it turns TLS on"`
	CertCert  string `key:"cert_cert" help:"file with the certificate, in PEM form, that this client shows"`
	CertKey   string `key:"cert_key" help:"file with the key of cert_cert, in PEM form"`
	User      string `key:"user" help:"the user to log in as"`
	Password  string `key:"password" secret:"true" help:"the password of user; only over TLS"`
	Timeout   string `key:"timeout" default:"30" help:"the longest that one operation may take, in seconds or as in 1m30s"`
}

// backend implements sdk.Backend.
type backend struct {
	*store
	timeout   time.Duration
	endpoints []string
	where     string // the addresses, for error texts; never a credential
	key       string // the configuration key that they come from
	certified bool   // the client shows a certificate, which may name a user
}

// Open returns a backend for the cluster that c describes. It does not connect:
// a server that is down shows at the first call.
func Open(ctx context.Context, c Config) (sdk.Backend, error) { return open(ctx, c) }

func open(ctx context.Context, c Config, extra ...option) (*backend, error) {
	s, err := c.settings()
	if err != nil {
		return nil, err
	}
	opened, err := connect(s, extra...)
	if err != nil {
		return nil, err
	}
	s.warn(ctx)
	return &backend{
		store: opened, timeout: s.timeout, endpoints: s.endpoints, where: strings.Join(s.endpoints, ", "), key: s.key,
		certified: s.tls != nil && len(s.tls.Certificates) > 0,
	}, nil
}

// Setup checks that etcd answers and that its cluster has a leader. There is
// nothing to create.
func (b *backend) Setup(ctx context.Context, _ bool) ([]string, error) {
	ctx, cancel := b.bounded(ctx)
	defer cancel()
	_, err := b.keys(ctx, b.prefix, b.prefix+"\x00", 1, false)
	return nil, b.explain(err)
}

// Close ends the connections. It does not wait for calls.
func (b *backend) Close() error { return b.close() }

// bounded gives a call its time. Without a bound, a request could take effect
// at any time later.
func (b *backend) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, b.timeout)
}
