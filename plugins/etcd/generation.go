package etcd

import (
	"context"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/mvccpb"
)

// A place has a generation: the revision at which its key g was put last, 0 if it
// never was. Every grant puts it, in the transaction that takes the lock, and so
// does every Release that does not find its lock. Who takes a lock names the
// generation that was seen before; a request that comes late or twice finds
// another one, and does nothing.
//
// The key is on no etcd lease, for it has to outlast the locks.

// generationMark is all that the key ever holds. Anything else there is another
// application's.
const generationMark = "stormlock"

// mostTries is how often one call looks again because it was overtaken.
const mostTries = 20

// readGeneration reads the key; nil is one that is not there.
func readGeneration(p place, kv *mvccpb.KeyValue) (int64, error) {
	switch {
	case kv == nil:
		return 0, nil
	case kv.Lease != 0:
		return 0, foreign(p, generationPart, "is on an etcd lease")
	case string(kv.Value) != generationMark:
		return 0, foreign(p, generationPart, "is not the mark of a generation")
	}
	return kv.ModRevision, nil
}

// count begins another generation.
func count(p place) *pb.RequestOp {
	return putOp(&pb.PutRequest{Key: p.key(generationPart), Value: []byte(generationMark)})
}

// unchanged holds as long as the generation is the one that was seen.
func unchanged(p place, seen int64) *pb.Compare {
	return &pb.Compare{
		Key: p.key(generationPart), Target: pb.Compare_MOD, TargetUnion: &pb.Compare_ModRevision{ModRevision: seen},
	}
}

// guards are the conditions under which a lock is taken.
var guards = func(p place, seen int64) []*pb.Compare {
	all := []*pb.Compare{unchanged(p, seen)}
	for _, part := range parts {
		all = append(all, &pb.Compare{
			Key: p.key(part), Target: pb.Compare_CREATE, TargetUnion: &pb.Compare_CreateRevision{CreateRevision: 0},
		})
	}
	return all
}

// void makes every request void that was to take the lock and left before. If
// the generation is not the one that was seen, what has been granted meanwhile
// may be the very lock in question: then it changes nothing, and returns what is
// there and false.
func (s *store) void(ctx context.Context, p place, seen reading) (reading, bool, error) {
	if seen.uncountable != nil {
		return reading{}, false, seen.uncountable
	}
	now, revision, err := s.change(ctx, p, []*pb.Compare{unchanged(p, seen.generation)}, []*pb.RequestOp{count(p)})
	return now, revision != 0, err
}
