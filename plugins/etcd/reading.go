package etcd

import (
	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/mvccpb"
)

// A reading is what lies at a place as of one moment.
type reading struct {
	lock        lock
	generation  int64
	uncountable error // there is another application's key instead of a generation
	err         error // there is neither a lock nor a place for one
}

// looks is how many keys a look at a place reads.
const looks = len(parts) + 1

// gets are what reads a place.
func (p place) gets() []*pb.RequestOp {
	gets := make([]*pb.RequestOp, 0, looks)
	for _, part := range append(parts[:], generationPart) {
		get := &pb.RangeRequest{Key: p.key(part)}
		gets = append(gets, &pb.RequestOp{Request: &pb.RequestOp_RequestRange{RequestRange: get}})
	}
	return gets
}

// got reads the answers. A whole lock is one, whatever lies beside it; but where
// there is no lock, none can be taken without a generation.
func (p place) got(answers []*pb.ResponseOp) (r reading) {
	var found [looks]*mvccpb.KeyValue
	for i := range found {
		if kvs := answers[i].GetResponseRange().GetKvs(); len(kvs) > 0 {
			found[i] = kvs[0]
		}
	}
	r.lock, r.err = readLock(p, [len(parts)]*mvccpb.KeyValue(found[:]))
	r.generation, r.uncountable = readGeneration(p, found[len(parts)])
	if r.err == nil && r.lock == (lock{}) {
		r.err = r.uncountable
	}
	return r
}
