package redis

import (
	"context"
	"crypto/tls"
	"net"

	"github.com/stormlock/stormlock/sdk/bounded"
)

// mostAnswer bounds what a server may send in answer to one request, in bytes.
// The largest that we ask for is a page of locks: at most 5 KiB for each of some
// 500.
const mostAnswer = 16 << 20

// A handshakeError is why a server that could be reached could not be spoken to
// in TLS.
type handshakeError struct{ err error }

func (e *handshakeError) Error() string { return e.err.Error() }
func (e *handshakeError) Unwrap() error { return e.err }

// dialer returns what opens connections. Unlike the library's it gives up when
// the context ends during the TLS handshake, too.
func dialer(c *tls.Config) func(ctx context.Context, network, addr string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		if err == nil && c != nil {
			conn, err = shakeHands(ctx, conn, c)
		}
		if err != nil {
			return nil, err
		}
		return modest(bounded.Conn(conn, mostAnswer), mostAnswer), nil
	}
}

func shakeHands(ctx context.Context, conn net.Conn, c *tls.Config) (net.Conn, error) {
	secure := tls.Client(conn, c)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, &handshakeError{err}
	}
	return secure, nil
}
