package dynamodb

import (
	"context"
	"net/http/httptrace"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// What each write demands of the item: that it still is the very one that was
// judged. A lease id is given once and its end moves with each renewal, so
// together they name one state. It follows that a request that was held up in
// the network does nothing if anybody has changed the lock meanwhile, not even
// its own holder.
const (
	isAbsent   = "attribute_not_exists(#resource)"
	isAsJudged = "#lease = :lease AND #expires = :expires"
)

var attributes = map[string]string{"#lease": "lease", "#expires": "expires"}

// judged are the values of isAsJudged, as they are stored.
func (l lock) judged() item {
	return item{":lease": l.item["lease"], ":expires": l.item["expires"]}
}

// extend makes a lock end at a Unix second.
func (b *backend) extend(ctx context.Context, l lock, end int64) error {
	values := l.judged()
	values[":end"] = numberOf(end)
	return b.write(ctx, l.Resource, func(ctx context.Context) (answer, error) {
		out, err := b.client.UpdateItem(ctx, &ddb.UpdateItemInput{
			TableName: &b.table, Key: key(l.Resource),
			UpdateExpression:          aws.String("SET #expires = :end"),
			ConditionExpression:       aws.String(isAsJudged),
			ExpressionAttributeNames:  attributes,
			ExpressionAttributeValues: values,
			ReturnConsumedCapacity:    types.ReturnConsumedCapacityTotal,

			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		})
		if err != nil {
			return answer{}, err
		}
		return answer{out.ResultMetadata, out.ConsumedCapacity}, nil
	})
}

// transact carries out all of some writes or none, the first of which is about
// the lock's own item.
//
// The library adds a token of its own to each request, by which DynamoDB knows a
// copy of it. A token made of the lease id would let an acquire succeed that does
// nothing, because the same was done minutes ago and has been released since.
func (b *backend) transact(ctx context.Context, resource string, writes ...types.TransactWriteItem) error {
	return b.write(ctx, resource, func(ctx context.Context) (answer, error) {
		out, err := b.client.TransactWriteItems(ctx, &ddb.TransactWriteItemsInput{
			TransactItems:          writes,
			ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
		})
		if err != nil {
			return answer{}, err
		}
		return answer{out.ResultMetadata, one(out.ConsumedCapacity)}, nil
	})
}

// write sends a request that writes, once.
func (b *backend) write(ctx context.Context, resource string, send func(context.Context) (answer, error)) error {
	var d departure
	said, err := send(d.watched(ctx))
	if changed, ok := overtook(err, resource); ok {
		return changed
	}
	if err == nil && !said.understood() {
		err = errNotDynamoDB
	}
	if err != nil {
		return b.explain(err, d.left.Load())
	}
	return nil
}

// A departure notes whether a request may have left this machine: from when it
// has a connection on, for whether its bytes were sent is not to be known.
type departure struct{ left atomic.Bool }

func (d *departure) watched(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { d.left.Store(true) },
	})
}
