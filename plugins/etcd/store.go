package etcd

import (
	"context"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// A store is the connection to etcd.
type store struct {
	prefix string
	kv     pb.KVClient
	leases pb.LeaseClient
	login  *login
	dial   func(endpoint string) (*grpc.ClientConn, error) // to this one alone
	close  func() error
}

// A fault is the answer to a request that was not served.
type fault struct {
	err  error // as gRPC has it
	sent bool  // the request had left
}

func (f *fault) Error() string { return cause(f.err) }

// ask sends one request, once. It is sent again only if the server did not even
// look at it because of its token.
func ask[Request, Answer any](ctx context.Context, s *store, call func(context.Context, Request, ...grpc.CallOption) (Answer, error), request Request) (Answer, error) {
	for again := false; ; again = true {
		token, err := s.login.current(addressed(ctx, ""))
		if err != nil {
			var none Answer
			return none, &fault{err, false}
		}
		watching, sent := watched(addressed(ctx, token))
		answer, err := call(watching, request)
		switch {
		case err == nil:
			return answer, nil
		case again || !s.login.outdated(ctx, token, err):
			return answer, &fault{err, sent.Load()}
		}
	}
}

type patienceKey struct{}

// patient lets requests wait for the cluster to elect a leader. Otherwise they
// are turned away by a server that knows of none, before it does anything.
func patient(ctx context.Context) context.Context {
	return context.WithValue(ctx, patienceKey{}, true)
}

// addressed adds what the server must know of a request.
func addressed(ctx context.Context, token string) context.Context {
	var pairs []string
	if ctx.Value(patienceKey{}) == nil {
		pairs = append(pairs, rpctypes.MetadataRequireLeaderKey, rpctypes.MetadataHasLeader)
	}
	if token != "" {
		pairs = append(pairs, rpctypes.TokenFieldNameGRPC, token)
	}
	return metadata.AppendToOutgoingContext(ctx, pairs...)
}
