package plugin

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"time"

	"github.com/hashicorp/go-hclog"
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
	stderr := os.Stderr
	serve(&service{
		about: about,
		open: func(ctx context.Context, section map[string]string) (sdk.Backend, error) {
			// go-plugin has put pipes into both, whose content travels over
			// the connection: what is written just before a crash is lost.
			// Nothing may reach the real stdout, where a handshake is read.
			os.Stdout, os.Stderr = stderr, stderr
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
	socketDir := os.Getenv(goplugin.EnvUnixSocketDir)

	goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig: Handshake(),
		Plugins:         goplugin.PluginSet{Kind: &grpcPlugin{service: s}},
		GRPCServer:      life.newServer,
		Logger: hclog.New(&hclog.LoggerOptions{
			Name: "stormlock-backend-" + s.about.Name, Level: hclog.Error, Output: os.Stderr,
		}),
	})

	life.drain(drainTime)
	within(closeTime, s.close)
	if socketDir != "" {
		_ = os.Remove(socketDir) // empty by now; its owner may have been killed
	}
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
