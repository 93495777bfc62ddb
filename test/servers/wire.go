package servers

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// A Wire stands for a network that breaks, or stands still, at the worst moment.
// It looks at what is sent to the server, piece by piece as it comes: a request is
// a piece, in protocols in which a client waits for its answer. The zero Wire
// passes everything on.
type Wire struct {
	Hold  func(request string)        // is called before a request is passed on, and may take its time
	Drop  func(request string) bool   // the request is not passed on, and the connection is cut
	Lose  func(request string) bool   // nothing the server says from now on is passed on, and the connection is cut
	Alter func(request string) string // changes it on its way

	// Answer may answer a request in the server's place. If it has, the request is
	// not passed on, and the connection is cut.
	Answer func(request string, client io.Writer) bool

	Says int // if not 0: so many bytes of the server's are passed on, and then the connection is cut
	Asks int // if not 0: the same of the client's

	Parted <-chan struct{} // if not nil: what the server's end, or Lose, would cut stands still until it is closed

	Said, Asked *atomic.Int64 // count the bytes that the server said and the client asked, if not nil
	Connections *atomic.Int64 // counts them, if not nil
}

// Behind puts a wire before a server, for as long as the test lasts, and returns
// the address to connect to instead of the server's.
func Behind(t testing.TB, w Wire, server string) string {
	t.Helper()
	return Listen(t, func(client net.Conn) {
		count(w.Connections, 1)
		w.relay(client, server)
	})
}

// First has something done before the first request of a kind: it is for
// [Wire.Hold].
func First(of func(request string) bool, do func()) func(request string) {
	var once sync.Once
	return func(request string) {
		if of(request) {
			once.Do(do)
		}
	}
}

func (w Wire) relay(client net.Conn, to string) {
	server, err := net.Dial("tcp", to)
	if err != nil {
		_ = client.Close()
		return
	}
	cut := sync.OnceFunc(func() { _ = server.Close(); _ = client.Close() })
	defer cut()
	var losing sync.Mutex
	lost := false
	go func() {
		defer cut()
		_, _ = io.Copy(write(func(answer []byte) (int, error) {
			losing.Lock()
			defer losing.Unlock()
			if lost {
				return 0, io.ErrClosedPipe
			}
			count(w.Said, len(answer))
			return client.Write(answer)
		}), upTo(server, w.Says))
		if w.Parted != nil {
			<-w.Parted
		}
	}()
	_, _ = io.Copy(write(func(request []byte) (int, error) {
		count(w.Asked, len(request))
		if w.Lose != nil && w.Lose(string(request)) {
			losing.Lock()
			lost = true
			losing.Unlock()
		}
		return w.pass(request, client, server)
	}), upTo(client, w.Asks))
	if w.Asks != 0 {
		// What is only half there is not answered; the server sees the end of it.
		_ = server.(*net.TCPConn).CloseWrite()
	}
}

// pass passes a request on, or not.
func (w Wire) pass(request []byte, client, server net.Conn) (int, error) {
	text := string(request)
	if w.Hold != nil {
		w.Hold(text)
	}
	if w.Drop != nil && w.Drop(text) || w.Answer != nil && w.Answer(text, client) {
		return 0, io.ErrClosedPipe
	}
	if w.Alter != nil {
		text = w.Alter(text)
	}
	if _, err := io.WriteString(server, text); err != nil {
		return 0, err
	}
	return len(request), nil
}

func count(counter *atomic.Int64, n int) {
	if counter != nil {
		counter.Add(int64(n))
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
