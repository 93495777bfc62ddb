package postgres

import "testing"

func BenchmarkAcquireRelease(b *testing.B) {
	backend, _, _ := start(b)
	ctx := b.Context()
	for b.Loop() {
		lease, err := backend.Acquire(ctx, want("deploy"))
		if err != nil {
			b.Fatal(err)
		}
		if err := backend.Release(ctx, lease); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCurrent(b *testing.B) {
	backend, _, _ := start(b)
	acquire(b, backend, want("deploy"))
	for b.Loop() {
		if _, err := backend.Current(b.Context(), "deploy"); err != nil {
			b.Fatal(err)
		}
	}
}
