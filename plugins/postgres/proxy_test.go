package postgres

import (
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stormlock/stormlock/test/servers"
)

// A wire stands for a network that breaks, or stands still, at the worst
// moment. It looks at what is sent to the server.
type wire struct {
	hold func(request string)      // is called before a request is passed on, and may take its time
	drop func(request string) bool // the request is not passed on, and the connection is cut
	lose func(request string) bool // nothing the server says from now on is passed on, and the connection is cut

	parted      chan struct{} // if not nil, a connection is cut only when it is closed
	connections *atomic.Int64 // counts them, if not nil
}

// proxy puts a wire before a server, and returns its address.
func proxy(t *testing.T, to string, w wire) string {
	t.Helper()
	return servers.Listen(t, func(client net.Conn) {
		if w.connections != nil {
			w.connections.Add(1)
		}
		w.relay(client, to)
	})
}

func (w wire) relay(client net.Conn, to string) {
	server, err := net.Dial("tcp", to)
	if err != nil {
		_ = client.Close()
		return
	}
	cut := sync.OnceFunc(func() { _ = server.Close(); _ = client.Close() })
	defer cut()
	var mu sync.Mutex
	losing := false
	go func() {
		defer cut()
		_, _ = io.Copy(write(func(answer []byte) (int, error) {
			mu.Lock()
			defer mu.Unlock()
			if losing {
				return 0, io.ErrClosedPipe
			}
			return client.Write(answer)
		}), server)
		if w.parted != nil {
			<-w.parted
		}
	}()
	_, _ = io.Copy(write(func(request []byte) (int, error) {
		text := string(request)
		if w.lose != nil && w.lose(text) {
			mu.Lock()
			losing = true
			mu.Unlock()
		}
		if w.hold != nil {
			w.hold(text)
		}
		if w.drop != nil && w.drop(text) {
			return 0, io.ErrClosedPipe
		}
		return server.Write(request)
	}), client)
}

type write func([]byte) (int, error)

func (w write) Write(p []byte) (int, error) { return w(p) }

// What the three round trips of a change are known by.
func isBegin(request string) bool { return strings.Contains(request, "BEGIN") }

func isDecision(request string) bool {
	return strings.Contains(request, "idle_in_transaction_session_timeout") && !isBegin(request)
}

func isCommit(request string) bool { return strings.Contains(request, "COMMIT") && !isBegin(request) }
