package etcd

import (
	"encoding/binary"
	"math"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/mvccpb"

	"github.com/stormlock/stormlock/sdk"
)

// A lock is what the keys at a place say. The zero lock says that there are
// none, and nobody holds the resource.
type lock struct {
	id        int64  // of the etcd lease
	asked     string // the id that the host picked; "" for Python's locks
	principal string
	reason    string
	created   time.Time
	fence     uint64
}

// lease is the lock as the SDK knows it.
func (l lock) lease(resource string, ttl time.Duration) sdk.Lease {
	return sdk.Lease{
		Resource: resource, ID: showID(l.id), Principal: l.principal, Reason: l.reason,
		Created: l.created, TTL: ttl, Fence: l.fence,
	}
}

// readLock reads the keys at a place, in the order of parts; nil is a key that
// is not there. What is not a whole lock, on one etcd lease, belongs to another
// application, and the error is a refusal.
func readLock(p place, found [len(parts)]*mvccpb.KeyValue) (lock, error) {
	if found == ([len(parts)]*mvccpb.KeyValue{}) {
		return lock{}, nil
	}
	id, principal, created := found[0], found[1], found[2]
	for i, kv := range found[:3] {
		if kv == nil {
			return lock{}, foreign(p, parts[i], "is missing")
		}
	}
	n, ok := leaseID(string(id.Value))
	if !ok || showID(n) != string(id.Value) {
		return lock{}, foreign(p, idPart, "is not the id of an etcd lease")
	}
	for i, kv := range found[:3] {
		if kv.Lease != n {
			return lock{}, foreign(p, parts[i], "is not on that etcd lease")
		}
	}
	since, ok := readTime(created.Value)
	if !ok {
		return lock{}, foreign(p, createdPart, "is not a time")
	}
	return lock{
		id: n, asked: ours(found[4], n), principal: string(principal.Value), reason: ours(found[3], n),
		created: since, fence: uint64(id.CreateRevision),
	}, nil
}

// ours is the text of a key that only our locks have. One that is not on the
// lock's etcd lease is somebody else's.
func ours(kv *mvccpb.KeyValue, lease int64) string {
	if kv == nil || kv.Lease != lease {
		return ""
	}
	return string(kv.Value)
}

// puts are what writes the lock, on its etcd lease.
func (l lock) puts(p place) []*pb.RequestOp {
	values := [len(parts)]string{showID(l.id), l.principal, string(writeTime(l.created)), l.reason, l.asked}
	var puts []*pb.RequestOp
	for i, part := range parts {
		if part == reasonPart && l.reason == "" {
			continue
		}
		puts = append(puts, putOp(&pb.PutRequest{Key: p.key(part), Value: []byte(values[i]), Lease: l.id}))
	}
	return puts
}

func putOp(request *pb.PutRequest) *pb.RequestOp {
	return &pb.RequestOp{Request: &pb.RequestOp_RequestPut{RequestPut: request}}
}

func foreign(p place, part, why string) error {
	return sdk.Refused(`the keys below %q are not a lock (%q %s); nothing was changed; choose another resource or set "prefix"`,
		string(p), string(p.key(part)), why)
}

// etcd tells no time, so when a lock was taken is by the clock of whoever took
// it. It is kept as Python does: a little-endian float64 of Unix seconds, which
// holds every microsecond until the year 2100.

// endOfTime is the year 10000, in Unix seconds.
const endOfTime = 253402300800

func readTime(data []byte) (time.Time, bool) {
	if len(data) != 8 {
		return time.Time{}, false
	}
	seconds := math.Float64frombits(binary.LittleEndian.Uint64(data))
	if !(seconds >= 0 && seconds < endOfTime) { // not a number is neither
		return time.Time{}, false
	}
	return time.UnixMicro(int64(math.Round(seconds * 1e6))).UTC(), true
}

func writeTime(t time.Time) []byte {
	seconds := float64(t.UnixMicro()) / 1e6
	return binary.LittleEndian.AppendUint64(nil, math.Float64bits(seconds))
}
