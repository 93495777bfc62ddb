package plugin

import (
	"context"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/stats"
)

// lifecycle ends the process at the right time. go-plugin by itself would
// leave a plugin alive for ever when its host is killed, and would end it in
// the middle of a call when it is told to shut down.
//
// It is a [stats.Handler] because that sees connections end.
type lifecycle struct {
	patience time.Duration // until the first connection

	mu        sync.Mutex
	server    *grpc.Server
	conns     int
	contacted bool
	calls     int
	idle      chan struct{} // closed while no call is running
}

func newLifecycle() *lifecycle {
	idle := make(chan struct{})
	close(idle)
	return &lifecycle{patience: firstContactTime, idle: idle}
}

func (l *lifecycle) setServer(s *grpc.Server) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.server = s
}

// stop ends the server, and with it go-plugin's Serve. It must not be called
// from a handler of the server.
func (l *lifecycle) stop() {
	l.mu.Lock()
	server := l.server
	l.mu.Unlock()
	if server != nil {
		server.Stop()
	}
}

func (l *lifecycle) stopUnlessContacted() {
	l.mu.Lock()
	contacted := l.contacted
	l.mu.Unlock()
	if !contacted {
		l.stop()
	}
}

// HandleConn counts connections: when the last one ends, the host is gone.
func (l *lifecycle) HandleConn(_ context.Context, s stats.ConnStats) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch s.(type) {
	case *stats.ConnBegin:
		l.conns++
		l.contacted = true
	case *stats.ConnEnd:
		l.conns--
		if l.conns == 0 {
			go l.stop()
		}
	}
}

// TagConn, TagRPC and HandleRPC complete [stats.Handler].
func (l *lifecycle) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

func (l *lifecycle) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }
func (l *lifecycle) HandleRPC(context.Context, stats.RPCStats)                       {}

func (l *lifecycle) begin() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.calls == 0 {
		l.idle = make(chan struct{})
	}
	l.calls++
}

func (l *lifecycle) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls--
	if l.calls == 0 {
		close(l.idle)
	}
}

// drain waits until no call is running, but not longer than limit. gRPC's own
// WaitForHandlers and GracefulStop both deadlock with go-plugin, whose
// Shutdown is a handler that stops the server.
func (l *lifecycle) drain(limit time.Duration) {
	l.mu.Lock()
	idle := l.idle
	l.mu.Unlock()
	select {
	case <-idle:
	case <-time.After(limit):
	}
}

// countCall and countStream also count go-plugin's own calls. Those end with
// the server's contexts, so drain waits only moments for them.
func (l *lifecycle) countCall(ctx context.Context, req any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	l.begin()
	defer l.end()
	return next(ctx, req)
}

func (l *lifecycle) countStream(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, next grpc.StreamHandler) error {
	l.begin()
	defer l.end()
	return next(srv, stream)
}
