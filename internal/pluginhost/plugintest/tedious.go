package plugintest

import (
	"iter"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// tedious lists one lease and then nothing more, whatever becomes of the call, and
// does not end by itself.
func tedious(b *backend) {
	b.list = func(prefix string) iter.Seq2[sdk.Lease, error] {
		return func(yield func(sdk.Lease, error) bool) {
			yield(sdk.Lease{Resource: prefix + "-first", ID: LateID, Principal: "ana", Created: time.Now(), TTL: time.Hour}, nil)
			select {}
		}
	}
	b.close = func() { select {} }
}
