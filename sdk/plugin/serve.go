package plugin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"time"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/buildinfo"
)

// Serve is the whole main function of a backend executable: it serves the
// backend that open returns to the stormlock that started it, and ends the
// process when that stormlock says so, ends, or dies. Run by hand, it explains
// itself. name is what users write as "backend = NAME".
//
// open is called with the decoded section [backend.NAME] before the first call.
// It should check the configuration (see [sdk.ConfigError]) and leave connecting
// to the call.
//
// When the host is gone, contexts of running calls end, and Serve waits up to
// two seconds for them, so that a call can undo what it began.
func Serve[C any](name string, open func(context.Context, C) (sdk.Backend, error)) {
	opts, err := options(reflect.TypeFor[C]())
	if err != nil {
		fmt.Fprintf(os.Stderr, "stormlock-backend-%s: %s\n", name, err)
		os.Exit(exitInternal)
	}
	about := Description{Name: name, Version: buildinfo.Version(), Options: opts}
	if !startedByHost() {
		os.Exit(byHand(about, os.Args[1:], os.Stdout, os.Stderr))
	}
	serve(&service{
		about: about,
		open: func(ctx context.Context, section map[string]string) (sdk.Backend, error) {
			var config C
			value := reflect.ValueOf(&config).Elem()
			if err := decode(section, value); err != nil {
				return nil, err
			}
			concealValues(ctx, value, about)
			return open(ctx, config)
		},
	})
}

func startedByHost() bool {
	h := Handshake()
	return os.Getenv(h.MagicCookieKey) == h.MagicCookieValue
}

// serve runs until the host is done with us.
func serve(s *service) {
	life := newLifecycle()
	defer life.handleSignals()()
	if err := life.serve(s); err != nil {
		fmt.Fprintf(os.Stderr, "stormlock-backend-%s: %s\n", s.about.Name, err)
		os.Exit(exitInternal)
	}
	life.drain(drainTime)
	within(closeTime, s.close)
	if dir := os.Getenv(goplugin.EnvUnixSocketDir); dir != "" {
		_ = os.Remove(dir) // empty by now; its owner may have been killed
	}
}

// serve does what go-plugin's Serve does, whose services these are. That one also
// serves net/rpc, which finds methods by reflection: in an executable that can do
// so, the linker keeps every exported method of every library, 8 MB for redis.
func (l *lifecycle) serve(s *service) error {
	secure, certificate, err := mutualTLS(os.Getenv(clientCertificate))
	if err != nil {
		return err
	}
	listener, err := listen(os.Getenv(goplugin.EnvUnixSocketDir))
	if err != nil {
		return err
	}
	defer listener.Close()
	silent, _ := io.Pipe() // nothing is written to stdout or stderr by way of the connection
	services := &goplugin.GRPCServer{
		Plugins: goplugin.PluginSet{Kind: &grpcPlugin{service: s}},
		Server:  l.newServer, TLS: secure, Stdout: silent, Stderr: silent,
	}
	if err := services.Init(); err != nil {
		return err
	}
	if err := introduce(listener.Addr(), certificate); err != nil {
		return err
	}
	if err := l.server.Serve(listener); !errors.Is(err, grpc.ErrServerStopped) { // by a signal, just before
		return err
	}
	return nil
}

const (
	// drainTime is how long running calls may go on after the host is gone.
	drainTime = 2 * time.Second
	// closeTime is how long a backend may take to close. The host is gone.
	closeTime = time.Second
	// firstContactTime is how long a host may take to connect. A host that
	// was killed before it did leaves no other trace outside of Linux.
	firstContactTime = 15 * time.Second
	// answerTime is how long before the host's deadline a backend's context
	// ends at the latest.
	answerTime = 200 * time.Millisecond
)

// within runs do and waits for it, but not longer than limit.
func within(limit time.Duration, do func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	select {
	case <-done:
	case <-time.After(limit):
	}
}

// newServer makes the gRPC server that go-plugin registers its services on.
func (l *lifecycle) newServer(opts []grpc.ServerOption) *grpc.Server {
	opts = append(opts,
		grpc.StatsHandler(l),
		grpc.ChainUnaryInterceptor(l.countCall, leaveTimeToAnswer, recoverCall),
		grpc.ChainStreamInterceptor(l.countStream, recoverStream),
		grpc.MaxRecvMsgSize(MaxMessageSize),
		grpc.MaxSendMsgSize(MaxMessageSize),
	)
	server := grpc.NewServer(opts...)
	l.setServer(server)
	time.AfterFunc(l.patience, l.stopUnlessContacted)
	return server
}

// leaveTimeToAnswer ends a backend's context a little before the host stops
// waiting. Otherwise the backend's answer, which can be that certainly nothing
// was written, would arrive when the host has just given up.
func leaveTimeToAnswer(ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return next(ctx, req)
	}
	ctx, cancel := context.WithDeadline(ctx, deadline.Add(-min(answerTime, time.Until(deadline)/10)))
	defer cancel()
	return next(ctx, req)
}
