package dynamodb

import (
	"io"
	"net/http"

	"github.com/stormlock/stormlock/sdk/bounded"
)

const (
	// mostAnswer bounds what a server may answer to one request, in bytes. The
	// largest that we ask for is a page of a scan: DynamoDB reads at most a
	// megabyte for one, and JSON makes that longer.
	mostAnswer = 16 << 20

	// mostHeader bounds what comes before it.
	mostHeader = 64 << 10
)

// modest bounds the answers to requests. That is done here and not to the
// connection: a server can make HTTP/2, and TLS, write by themselves, so that
// what comes over a connection is in answer to no request.
type modest struct{ to http.RoundTripper }

func (m modest) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := m.to.RoundTrip(r)
	if err == nil {
		answer.Body = &body{answer.Body, mostAnswer}
	}
	return answer, err
}

// CloseIdleConnections is what a client looks for to close its connections.
func (m modest) CloseIdleConnections() {
	if closes, ok := m.to.(interface{ CloseIdleConnections() }); ok {
		closes.CloseIdleConnections()
	}
}

// A body is that of an answer, of which so many bytes are left to be read.
type body struct {
	io.ReadCloser
	left int64
}

func (b *body) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, bounded.ErrFlood
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}
