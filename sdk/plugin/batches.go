package plugin

import (
	"google.golang.org/protobuf/proto"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/internal/backendpb"
)

// Bounds of one message of a list. The bytes stay far below what a message may
// have, since the last lease can go beyond them.
const (
	maxBatch   = 512 // leases
	batchBytes = MaxMessageSize / 8
)

// batches send the leases of a list, several in a message. While one is being
// sent, the next ones gather. Where there are no more at the moment, those that
// are there are sent: so the leases of a slow store are not kept waiting, and no
// clock is needed.
type batches struct {
	leases chan *backendpb.Lease
	over   chan struct{} // closed when nothing more will be sent
	err    error         // the stream's, to be read when it is over
}

func newBatches(send func(*backendpb.ListResponse) error) *batches {
	b := &batches{leases: make(chan *backendpb.Lease, maxBatch), over: make(chan struct{})}
	go b.run(send)
	return b
}

// add takes a lease, and reports whether it is worth going on: not if the host
// does not listen any more.
func (b *batches) add(lease sdk.Lease) bool {
	select {
	case b.leases <- toWire(lease):
		return true
	case <-b.over:
		return false
	}
}

// end waits until all that was added is sent, and returns the stream's error.
// Nothing can be added then.
func (b *batches) end() error {
	close(b.leases)
	<-b.over
	return b.err
}

func (b *batches) run(send func(*backendpb.ListResponse) error) {
	defer close(b.over)
	for first := range b.leases {
		leases := &backendpb.Leases{Leases: b.gather(first)}
		if b.err = send(&backendpb.ListResponse{Outcome: &backendpb.ListResponse_Leases{Leases: leases}}); b.err != nil {
			return
		}
	}
}

// gather returns a lease and those that wait behind it, as far as they fit.
func (b *batches) gather(first *backendpb.Lease) []*backendpb.Lease {
	batch := []*backendpb.Lease{first}
	for size := proto.Size(first); size < batchBytes && len(batch) < maxBatch; size += proto.Size(batch[len(batch)-1]) {
		select {
		case next, more := <-b.leases:
			if !more {
				return batch
			}
			batch = append(batch, next)
		default:
			return batch
		}
	}
	return batch
}
