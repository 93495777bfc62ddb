package dynamodb

import (
	"context"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/bounded"
)

// List scans the table, a page at a time. An item has one place in a scan, so
// none comes twice.
func (b *backend) List(ctx context.Context, prefix string) iter.Seq2[sdk.Lease, error] {
	return func(yield func(sdk.Lease, error) bool) {
		ctx, cancel := bounded.Call(ctx)
		defer cancel()
		if err := b.fits(ctx); err != nil {
			yield(sdk.Lease{}, err)
			return
		}
		for from := item(nil); ; {
			leases, next, err := b.page(ctx, prefix, from)
			if err != nil {
				yield(sdk.Lease{}, err)
				return
			}
			for _, lease := range leases {
				if !yield(lease, nil) {
					return
				}
			}
			if from = next; len(from) == 0 {
				return
			}
		}
	}
}

// fits finds out whether the table's key is that of locks. A scan would not:
// it shows a table that is made for something else as one without locks.
func (b *backend) fits(ctx context.Context) error {
	_, err := b.look(ctx, fenceKey(""))
	return err
}

// page reads a page of the table, and returns the leases on it that are current.
func (b *backend) page(ctx context.Context, prefix string, from item) ([]sdk.Lease, item, error) {
	out, now, err := read(ctx, b, b.scanned(b.scan(prefix, from)))
	if err != nil {
		return nil, nil, err
	}
	return leases(out.Items, now), out.LastEvaluatedKey, nil
}

func (b *backend) scanned(in *ddb.ScanInput) question[*ddb.ScanOutput] {
	return func(ctx context.Context, retry func(*ddb.Options)) (*ddb.ScanOutput, answer, error) {
		out, err := b.client.Scan(ctx, in, retry)
		if err != nil {
			return nil, answer{}, err
		}
		return out, answer{out.ResultMetadata, out.ConsumedCapacity}, nil
	}
}

func (b *backend) scan(prefix string, from item) *ddb.ScanInput {
	in := &ddb.ScanInput{
		TableName: &b.table, ConsistentRead: aws.Bool(true), ExclusiveStartKey: from,
		FilterExpression:         aws.String("attribute_exists(#lease)"),
		ExpressionAttributeNames: map[string]string{"#lease": "lease"},
		ReturnConsumedCapacity:   types.ReturnConsumedCapacityTotal,
	}
	if prefix != "" {
		in.FilterExpression = aws.String(*in.FilterExpression + " AND begins_with(#resource, :prefix)")
		in.ExpressionAttributeNames["#resource"] = "resource"
		in.ExpressionAttributeValues = item{":prefix": &types.AttributeValueMemberS{Value: prefix}}
	}
	return in
}

// leases passes over what is over and what is not a lock.
func leases(items []map[string]types.AttributeValue, now time.Time) []sdk.Lease {
	var leases []sdk.Lease
	for _, i := range items {
		resource, _ := item(i).text("resource")
		l, flaw := item(i).lock(resource)
		if flaw != "" || sdk.ValidateResource(resource) != nil || !l.current(now) {
			continue
		}
		l.TTL = l.left(now)
		leases = append(leases, l.Lease)
	}
	return leases
}
