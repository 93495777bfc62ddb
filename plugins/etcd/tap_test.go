package etcd

import (
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"google.golang.org/grpc"

	"github.com/stormlock/stormlock/test/servers"
)

// A tap sees each request, and decides what becomes of it: call sends it and
// waits for the answer.
type tap func(ctx context.Context, request any, call func() error) error

func (f tap) options() []option {
	return []option{
		grpc.WithChainUnaryInterceptor(func(ctx context.Context, method string, request, answer any, cc *grpc.ClientConn, invoker grpc.UnaryInvoker, opts ...grpc.CallOption) error {
			return f(ctx, request, func() error { return invoker(ctx, method, request, answer, cc, opts...) })
		}),
		grpc.WithChainStreamInterceptor(func(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, streamer grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
			stream, err := streamer(ctx, desc, cc, method, opts...)
			return &tappedStream{stream, f, nil}, err
		}),
	}
}

// A tappedStream is one request and one answer.
type tappedStream struct {
	grpc.ClientStream
	tap     tap
	request any
}

func (s *tappedStream) SendMsg(request any) error {
	s.request = request
	return nil
}

func (s *tappedStream) RecvMsg(answer any) error {
	return s.tap(s.Context(), s.request, func() error {
		if err := s.ClientStream.SendMsg(s.request); err != nil {
			return err
		}
		return s.ClientStream.RecvMsg(answer)
	})
}

// kind names a request by what this package uses it for.
func kind(request any) string {
	switch r := request.(type) {
	case *pb.TxnRequest:
		switch first := r.GetSuccess()[0].GetRequestPut(); {
		case first == nil:
			return "read"
		case strings.HasSuffix(string(first.GetKey()), generationPart):
			return "void"
		}
		return "take"
	case *pb.LeaseGrantRequest:
		return "grant"
	case *pb.LeaseRevokeRequest:
		return "revoke"
	case *pb.LeaseTimeToLiveRequest:
		return "left"
	case *pb.LeaseKeepAliveRequest:
		return "keep alive"
	case *pb.RangeRequest:
		return "keys"
	case *pb.AuthenticateRequest:
		return "log in"
	}
	return "unknown"
}

// departed marks a request as sent, without sending it: it may arrive at any
// time.
func departed(ctx context.Context) { ctx.Value(departureKey{}).(*atomic.Bool).Store(true) }

// A log notes the kinds of requests.
type log struct {
	mu     sync.Mutex
	kinds  []string
	failed atomic.Int64 // of those that went through its tap
}

func (l *log) tap() tap {
	return func(_ context.Context, request any, call func() error) error {
		l.note(request)
		err := call()
		if err != nil {
			l.failed.Add(1)
		}
		return err
	}
}

func (l *log) note(request any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kinds = append(l.kinds, kind(request))
}

// count returns how many requests of a kind there were.
func (l *log) count(kind string) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, k := range l.kinds {
		if k == kind {
			n++
		}
	}
	return n
}

// A wire is a proxy that can lose answers: the server gets every request.
type wire struct {
	addr string

	mu    sync.Mutex
	mute  bool
	conns map[net.Conn]bool
}

func newWire(t *testing.T, to string) *wire {
	t.Helper()
	w := &wire{conns: make(map[net.Conn]bool)}
	w.addr = servers.Listen(t, func(in net.Conn) { w.relay(in, to) })
	return w
}

func (w *wire) relay(in net.Conn, to string) {
	out, err := net.Dial("tcp", to)
	if err != nil {
		_ = in.Close()
		return
	}
	w.mu.Lock()
	w.conns[in] = true
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		delete(w.conns, in)
		w.mu.Unlock()
		_, _ = in.Close(), out.Close()
	}()
	go func() {
		_, _ = io.Copy(out, in)
		_ = out.Close()
	}()
	_, _ = io.Copy(answers{in, w}, out)
}

// answers are what a server says. Muted, they are lost.
type answers struct {
	to net.Conn
	w  *wire
}

func (a answers) Write(p []byte) (int, error) {
	a.w.mu.Lock()
	mute := a.w.mute
	a.w.mu.Unlock()
	if mute {
		return len(p), nil
	}
	return a.to.Write(p)
}

// silence loses all answers from now on.
func (w *wire) silence() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mute = true
}

// reset resets the connections. New ones work again.
func (w *wire) reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mute = false
	for conn := range w.conns {
		_ = conn.(*net.TCPConn).SetLinger(0)
		_ = conn.Close()
	}
}

func (w *wire) open() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.conns)
}
