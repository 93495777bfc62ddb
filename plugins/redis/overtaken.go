package redis

import (
	"context"

	"github.com/stormlock/stormlock/sdk"
)

// maxLooks bounds how often an acquire looks again after others were faster.
const maxLooks = 20

// take runs the script that takes a lock. It does nothing if the counter is no
// longer what was seen, for then it may be a late request or a doubled one. One
// that is still waited for was merely overtaken: it looks again.
func (b *backend) take(ctx context.Context, keys []string, args ...any) (reply, error) {
	for range maxLooks {
		r, err := b.write(ctx, scriptAcquire, lookAtLock(keys), keys, args...)
		if err != nil || r.status() != "overtaken" {
			return r, err
		}
	}
	return nil, sdk.Unavailable("redis at %s: others were faster %d times; no lock was changed; try again", b.where, maxLooks)
}
