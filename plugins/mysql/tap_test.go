package mysql

import (
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stormlock/stormlock/test/servers"
)

// A tap stands for a network that breaks, or stands still, at the worst moment.
// It looks at what is sent to the server.
type tap struct {
	hold func(request string)      // is called before a request is passed on, and may take its time
	drop func(request string) bool // the request is not passed on, and the connection is cut
	lose func(request string) bool // nothing the server says from now on is passed on, and the connection is cut

	alter func(request string) string // changes it on its way

	says int // if not 0: so many bytes of the server's are passed on, and then the connection is cut
	asks int // if not 0: the same of the client's

	asked, said *atomic.Int64 // count those bytes, if not nil
}

// behind puts a tap before a database.
func (p place) behind(t *testing.T, w tap) Config {
	t.Helper()
	return p.at(servers.Listen(t, func(client net.Conn) { w.relay(client, p.addr) })).config()
}

func (w tap) relay(client net.Conn, to string) {
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
			if w.said != nil {
				w.said.Add(int64(len(answer)))
			}
			return client.Write(answer)
		}), upTo(server, w.says))
	}()
	_, _ = io.Copy(write(func(request []byte) (int, error) {
		text := string(request)
		if w.asked != nil {
			w.asked.Add(int64(len(request)))
		}
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
		if w.alter != nil {
			if _, err := server.Write([]byte(w.alter(text))); err != nil {
				return 0, err
			}
			return len(request), nil
		}
		return server.Write(request)
	}), upTo(client, w.asks))
	if w.asks != 0 {
		// What is only half there is not answered; the server sees the end of it.
		_ = server.(*net.TCPConn).CloseWrite()
	}
}

func upTo(from io.Reader, bytes int) io.Reader {
	if bytes == 0 {
		return from
	}
	return io.LimitReader(from, int64(bytes))
}

type write func([]byte) (int, error)

func (w write) Write(p []byte) (int, error) { return w(p) }

// What requests are known by.
func has(part string) func(string) bool {
	return func(request string) bool { return strings.Contains(request, part) }
}

var (
	isSession = has("SET time_zone")
	isMeeting = has("@@global.read_only")
	isVetting = has("information_schema")
	isLook    = has("FROM (SELECT 1) AS one")
	isPlace   = has("x'00000000000000000000000000000000'")
	isTake    = has("STRAIGHT_JOIN")
	isVoid    = has("GREATEST(fence + 1")
	isRenew   = has("AS t SET t.expires")
	isDelete  = has("DELETE FROM")
)

// first has something done before the first request of a kind.
func first(of func(string) bool, do func()) func(string) {
	var once sync.Once
	return func(request string) {
		if of(request) {
			once.Do(do)
		}
	}
}
