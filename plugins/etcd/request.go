package etcd

import (
	"context"
	"errors"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/mvccpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// errIncomplete is about an answer that is not to what was asked.
var errIncomplete = errors.New("a part of the answer is missing")

// read returns the lock at a place.
func (s *store) read(ctx context.Context, p place) (lock, error) {
	now, err := s.look(ctx, p)
	return now.lock, err
}

// look returns what lies at a place. All reads are linearizable: a member that
// has been cut off from the others does not answer them.
func (s *store) look(ctx context.Context, p place) (reading, error) {
	readings, err := s.readAll(ctx, p)
	if err != nil {
		return reading{}, err
	}
	return readings[0], readings[0].err
}

// readAll looks at several places as of one moment.
func (s *store) readAll(ctx context.Context, places ...place) ([]reading, error) {
	var gets []*pb.RequestOp
	for _, p := range places {
		gets = append(gets, p.gets()...)
	}
	answer, err := ask(ctx, s, s.kv.Txn, &pb.TxnRequest{Success: gets})
	if err != nil {
		return nil, err
	}
	if len(answer.GetResponses()) != len(gets) {
		return nil, &fault{errIncomplete, true}
	}
	readings := make([]reading, len(places))
	for i, p := range places {
		readings[i] = p.got(answer.GetResponses()[i*looks:])
	}
	return readings, nil
}

// grant makes an etcd lease, and returns how long it lasts. That may be longer
// than asked for: the server has a least time.
func (s *store) grant(ctx context.Context, id int64, ttl time.Duration) (time.Duration, error) {
	answer, err := ask(ctx, s, s.leases.LeaseGrant, &pb.LeaseGrantRequest{ID: id, TTL: int64(ttl / time.Second)})
	if err != nil {
		return 0, err
	}
	return seconds(answer.GetTTL()), nil
}

// take puts a lock's keys on its etcd lease if none of them is there and the
// generation is still the one that was seen, and returns the lock. Otherwise it
// changes nothing, and returns what is there and false.
func (s *store) take(ctx context.Context, p place, l lock, seen int64) (reading, bool, error) {
	puts := append(l.puts(p), count(p))
	now, revision, err := s.change(ctx, p, guards(p, seen), puts)
	if err != nil || revision == 0 {
		return now, false, err
	}
	l.fence = uint64(revision)
	return reading{lock: l, generation: revision}, true, nil
}

// change carries out a transaction at a place, and returns its revision. If its
// conditions do not hold it changes nothing, the revision is 0, and what is there
// instead comes with the answer.
func (s *store) change(ctx context.Context, p place, conditions []*pb.Compare, puts []*pb.RequestOp) (reading, int64, error) {
	answer, err := ask(ctx, s, s.kv.Txn, &pb.TxnRequest{Compare: conditions, Success: puts, Failure: p.gets()})
	if err != nil {
		return reading{}, 0, err
	}
	if !answer.GetSucceeded() {
		if len(answer.GetResponses()) != looks {
			return reading{}, 0, &fault{errIncomplete, true}
		}
		now := p.got(answer.GetResponses())
		return now, 0, now.err
	}
	return reading{}, answer.GetHeader().GetRevision(), nil
}

// revoke ends an etcd lease, with all keys that hang on it. It is for leases of
// which we know what hangs on them.
func (s *store) revoke(ctx context.Context, id int64) error {
	_, err := ask(ctx, s, s.leases.LeaseRevoke, &pb.LeaseRevokeRequest{ID: id})
	return err
}

// keepAlive lets an etcd lease last as long again as it was granted for.
func (s *store) keepAlive(ctx context.Context, id int64) (time.Duration, error) {
	answer, err := ask(ctx, s, s.keepAliveOnce, &pb.LeaseKeepAliveRequest{ID: id})
	if err != nil {
		return 0, err
	}
	if answer.GetTTL() <= 0 {
		return 0, &fault{rpctypes.ErrGRPCLeaseNotFound, true}
	}
	return seconds(answer.GetTTL()), nil
}

// keepAliveOnce uses a stream, since etcd has no other request for it. A stream
// may end because the leader was lost after the request was carried out, so
// there "no leader" is not the refusal that it is elsewhere.
func (s *store) keepAliveOnce(ctx context.Context, request *pb.LeaseKeepAliveRequest, _ ...grpc.CallOption) (*pb.LeaseKeepAliveResponse, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := s.leases.LeaseKeepAlive(ctx)
	if err != nil {
		return nil, err
	}
	_ = stream.Send(request) // if that does not work, Recv says why
	answer, err := stream.Recv()
	if errors.Is(rpctypes.Error(err), rpctypes.ErrNoLeader) {
		err = status.Error(codes.Unavailable, "the leader was lost")
	}
	return answer, err
}

// left returns how long an etcd lease still lasts, rounded down to seconds. One
// whose time is over lasts until etcd gets round to deleting it; then the error
// says that it is gone.
func (s *store) left(ctx context.Context, id int64) (time.Duration, error) {
	answer, err := ask(ctx, s, s.leases.LeaseTimeToLive, &pb.LeaseTimeToLiveRequest{ID: id})
	if err != nil {
		return 0, err
	}
	if answer.GetGrantedTTL() == 0 {
		return 0, &fault{rpctypes.ErrGRPCLeaseNotFound, true}
	}
	return max(0, seconds(answer.GetTTL())), nil
}

// keys returns the first keys from one up to another, with or without their values.
func (s *store) keys(ctx context.Context, from, to string, most int64, valued bool) ([]*mvccpb.KeyValue, error) {
	answer, err := ask(ctx, s, s.kv.Range, &pb.RangeRequest{
		Key: []byte(from), RangeEnd: []byte(to), Limit: most, KeysOnly: !valued,
	})
	if err != nil {
		return nil, err
	}
	return answer.GetKvs(), nil
}

func seconds(n int64) time.Duration { return time.Duration(n) * time.Second }

// isGone says that an etcd lease has ended, or was never granted.
func isGone(err error) bool { return says(err, rpctypes.ErrLeaseNotFound) }

// says reports whether a fault is one that etcd has a name for.
func says(err, name error) bool {
	f, ok := errors.AsType[*fault](err)
	return ok && errors.Is(rpctypes.Error(f.err), name)
}
