package etcd

import (
	"context"
	"sync/atomic"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/stats"
)

const (
	// dialTimeout bounds one attempt to connect, so that an address that
	// swallows everything is given up before the call's own time is over.
	dialTimeout = 5 * time.Second

	// mostAnswer bounds what a server may send in answer to one request, in bytes.
	// The largest that we ask for is a page of keys, or the locks of 21 resources:
	// either is less than a megabyte.
	mostAnswer = 16 << 20

	// mostHeader bounds what comes around it: a status, and an error's text.
	mostHeader = 64 << 10

	// redialDelay is how long an endpoint is left alone at most after a failed
	// attempt. The library would go up to two minutes, and for so long a store
	// that is back again would still be called unavailable.
	redialDelay = time.Second
)

type option = grpc.DialOption

// connect makes the client, which connects when it is first used.
//
// The vendor's client knows how to find and to trust the members of a cluster,
// and only for that it is used: its calls repeat requests, wait for servers that
// are down, and choose lease ids themselves. The requests go over its
// connection as they are defined, each once.
func connect(s settings, extra ...option) (*store, error) {
	options := append([]option{
		grpc.WithUnaryInterceptor(nil), // the vendor's, which repeats requests
		grpc.WithStreamInterceptor(nil),
		grpc.WithDisableRetry(),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(mostAnswer)), // once unpacked
		grpc.WithMaxHeaderListSize(mostHeader),
		grpc.WithNoProxy(), // an environment variable must not decide which store it is
		grpc.WithStatsHandler(departures{}),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: redialDelay},
			MinConnectTimeout: min(dialTimeout, s.timeout),
		}),
	}, extra...)
	client, err := clientv3.New(clientv3.Config{
		Endpoints: s.endpoints, TLS: s.tls, Logger: zap.NewNop(), DialOptions: options,
	})
	if err != nil {
		return nil, misconfigured(s.key, "cannot be used by etcd's client")
	}
	conn := client.ActiveConnection()
	return &store{
		prefix: s.prefix,
		kv:     pb.NewKVClient(conn),
		leases: pb.NewLeaseClient(conn),
		login:  newLogin(pb.NewAuthClient(conn), s.user, s.password),
		dial:   client.Dial,
		close:  client.Close,
	}, nil
}

// departures notes of each request whether it has left for a server. One that
// has not has certainly changed nothing.
type departures struct{}

type departureKey struct{}

// watched returns a context for one request, and what is noted of it.
func watched(ctx context.Context) (context.Context, *atomic.Bool) {
	sent := new(atomic.Bool)
	return context.WithValue(ctx, departureKey{}, sent), sent
}

func (departures) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }

func (departures) HandleRPC(ctx context.Context, event stats.RPCStats) {
	sent, ok := ctx.Value(departureKey{}).(*atomic.Bool)
	if _, out := event.(*stats.OutHeader); ok && out {
		sent.Store(true)
	}
}

func (departures) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

func (departures) HandleConn(context.Context, stats.ConnStats) {}
