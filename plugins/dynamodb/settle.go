package dynamodb

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/bounded"
)

// maxLooks bounds how often an operation looks again because others came
// first. Each time at least one of them got what it wanted, unless their
// transactions only got into each other's way; the pauses are for those.
const (
	maxLooks   = 20
	firstPause = 10 * time.Millisecond
	mostPause  = 200 * time.Millisecond
)

// settle looks at a resource and acts on what it sees, anew if others came
// first: that a write was overtaken is certain, so repeating it is safe. What
// an act returns besides is the answer.
func (b *backend) settle(ctx context.Context, resource string,
	look func(context.Context, string) (sight, error),
	act func(context.Context, sight) (sdk.Lease, error),
) (sdk.Lease, error) {
	ctx, cancel := bounded.Call(ctx)
	defer cancel()
	s, err := look(ctx, resource)
	for looks := 1; err == nil; looks++ {
		lease, fault := act(ctx, s)
		again, ok := errors.AsType[*overtaken](fault)
		switch {
		case fault == nil:
			return lease, nil
		case !ok:
			return sdk.Lease{}, fault
		case looks == maxLooks:
			return sdk.Lease{}, sdk.Unavailable("%s: too many others ask for resource %q at once; nothing was changed; try again", b.where(), resource)
		case again.now != nil:
			s = *again.now
		default:
			pause(looks)
			s, err = look(ctx, resource)
		}
	}
	return sdk.Lease{}, err
}

// pause waits a random while, longer each time. It is short enough to be sat
// out when the context ends; the next request then says so.
func pause(looks int) {
	time.Sleep(rand.N(min(firstPause<<min(looks, 10), mostPause)))
}
