package redis

import (
	"testing"

	goredis "github.com/redis/go-redis/v9"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
)

func BenchmarkAcquireRelease(b *testing.B) {
	backend, _, _ := start(b)
	backendtest.BenchmarkGrants(b, backend)
}

func BenchmarkCurrent(b *testing.B) {
	backend, _, _ := start(b)
	backendtest.BenchmarkLooks(b, backend)
}

func BenchmarkList(b *testing.B) {
	backend, raw, _ := start(b)
	backendtest.BenchmarkList(b, backend, func(seed sdk.Lease, n int, name func(int) string) error {
		_, err := raw.Pipelined(b.Context(), func(pipe goredis.Pipeliner) error {
			for i := range n {
				pipe.Copy(b.Context(), seed.Resource, name(i), 0, true)
				pipe.Set(b.Context(), " fence:"+name(i), seed.Fence, 0)
			}
			return nil
		})
		return err
	})
}
