package etcd

import (
	"testing"

	"github.com/stormlock/stormlock/sdk/backendtest"
)

func BenchmarkAcquireRelease(b *testing.B) {
	backend, _ := start(b)
	backendtest.BenchmarkGrants(b, backend)
}

func BenchmarkCurrent(b *testing.B) {
	backend, _ := start(b)
	backendtest.BenchmarkLooks(b, backend)
}
