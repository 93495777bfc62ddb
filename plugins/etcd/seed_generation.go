//go:build seeded

package etcd

import (
	"context"
	"os"
	"slices"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
)

func init() {
	if os.Getenv("STORMLOCK_SEED") == "etcd-no-generation" {
		seedNoGeneration()
	}
}

// seedNoGeneration lets a take pass whatever the generation is, and calls no
// take back.
func seedNoGeneration() {
	right := guards
	guards = func(p place, seen int64) []*pb.Compare {
		all := right(p, seen)
		kept := slices.DeleteFunc(slices.Clone(all), func(c *pb.Compare) bool { return c.GetTarget() == pb.Compare_MOD })
		if len(kept) != len(all)-1 {
			panic("seed etcd-no-generation: no generation is compared")
		}
		return kept
	}
	callBack = func(context.Context, *attempt) error { return nil }
}
