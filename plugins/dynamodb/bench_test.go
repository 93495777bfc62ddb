package dynamodb

import (
	"slices"
	"testing"

	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stormlock/stormlock/sdk"
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

func BenchmarkList(b *testing.B) {
	backend, raw := start(b)
	backendtest.BenchmarkList(b, backend, func(seed sdk.Lease, n int, name func(int) string) error {
		var puts []types.WriteRequest
		for i := range n {
			seed.Resource = name(i)
			counter := item{"resource": text(fenceKey(name(i))), "fence": numberOf(int64(seed.Fence))}
			for _, i := range []item{newItem(seed, seed.Created), counter} {
				puts = append(puts, types.WriteRequest{PutRequest: &types.PutRequest{Item: i}})
			}
		}
		for batch := range slices.Chunk(puts, 25) {
			in := &ddb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{backend.table: batch}}
			if _, err := raw.BatchWriteItem(b.Context(), in); err != nil {
				return err
			}
		}
		return nil
	})
}
