package dynamodb

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"github.com/stormlock/stormlock/sdk"
)

// look reads the item of a resource.
func (b *backend) look(ctx context.Context, resource string) (sight, error) {
	out, now, err := read(ctx, b, b.get(resource))
	if err != nil {
		return sight{}, err
	}
	return sight{resource: resource, now: now, item: out.Item}, nil
}

// survey reads the item of a resource and the counter of its fence. Not in a
// transaction: those would be refused while another one is under way, and the
// write stands on the condition that both still are what they were.
func (b *backend) survey(ctx context.Context, resource string) (sight, error) {
	out, now, err := read(ctx, b, b.getBoth(resource))
	switch {
	case err != nil:
		return sight{}, err
	case len(out.UnprocessedKeys) > 0:
		return sight{}, sdk.Unavailable("%s: the table has no capacity left for a read; try again", b.where())
	}
	s := sight{resource: resource, now: now}
	for _, found := range out.Responses {
		for _, i := range found {
			s.place(i)
		}
	}
	return s, nil
}

// A question is a request that changes nothing.
type question[T any] func(ctx context.Context, retry func(*ddb.Options)) (T, answer, error)

func (b *backend) get(resource string) question[*ddb.GetItemOutput] {
	return func(ctx context.Context, retry func(*ddb.Options)) (*ddb.GetItemOutput, answer, error) {
		out, err := b.client.GetItem(ctx, &ddb.GetItemInput{
			TableName: &b.table, Key: key(resource), ConsistentRead: aws.Bool(true),
			ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
		}, retry)
		if err != nil {
			return nil, answer{}, err
		}
		return out, answer{out.ResultMetadata, out.ConsumedCapacity}, nil
	}
}

func (b *backend) getBoth(resource string) question[*ddb.BatchGetItemOutput] {
	return func(ctx context.Context, retry func(*ddb.Options)) (*ddb.BatchGetItemOutput, answer, error) {
		out, err := b.client.BatchGetItem(ctx, &ddb.BatchGetItemInput{
			RequestItems: map[string]types.KeysAndAttributes{b.table: {
				Keys:           []map[string]types.AttributeValue{key(resource), key(fenceKey(resource))},
				ConsistentRead: aws.Bool(true),
			}},
			ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
		}, retry)
		if err != nil {
			return nil, answer{}, err
		}
		return out, answer{out.ResultMetadata, one(out.ConsumedCapacity)}, nil
	}
}

func (s *sight) place(i item) {
	switch at, _ := i.text("resource"); at {
	case s.resource:
		s.item = i
	case fenceKey(s.resource):
		s.counter = i
	}
}

// An answer is what tells that DynamoDB has answered, and when.
type answer struct {
	metadata middleware.Metadata
	capacity *types.ConsumedCapacity
}

// understood reports whether it was DynamoDB that answered. Other servers also
// answer {}, which would read as a free lock, or even as one that was taken. So
// every request asks what it cost, which only DynamoDB tells.
func (a answer) understood() bool { return a.capacity != nil && a.capacity.TableName != nil }

func one(costs []types.ConsumedCapacity) *types.ConsumedCapacity {
	if len(costs) == 0 {
		return nil
	}
	return &costs[0]
}

// read asks a question, so that nothing is uncertain after a fault. It returns
// the store's time.
func read[T any](ctx context.Context, b *backend, ask question[T]) (T, time.Time, error) {
	var none T
	if err := b.isOpen(); err != nil {
		return none, time.Time{}, err
	}
	out, said, err := ask(ctx, withClockMended)
	if err != nil {
		return none, time.Time{}, b.explain(err, false)
	}
	now, ok := awsmiddleware.GetServerTime(said.metadata)
	if !ok || !said.understood() {
		return none, time.Time{}, b.notDynamoDB()
	}
	return out, now, nil
}

func (b *backend) isOpen() error {
	if b.closed.Load() {
		return sdk.Unavailable("%s: the backend was closed", b.where())
	}
	return nil
}

// withClockMended lets a read be repeated once if the server says that the
// request's date is off. AWS refuses what is not signed within five minutes of
// its own clock; the library learns the difference from the refusal, signs the
// next request right, and keeps it in mind. Nothing else is repeated, and no
// write has to be, since each follows a read.
func withClockMended(o *ddb.Options) { o.Retryer = clockRetryer{} }

// A clockRetryer is a [aws.Retryer] that does not wait.
type clockRetryer struct{ aws.NopRetryer }

func (clockRetryer) MaxAttempts() int { return 2 }

func (clockRetryer) RetryDelay(int, error) (time.Duration, error) { return 0, nil }

// IsErrorRetryable relies on the library: it calls an error retryable in this
// way only when the clocks differ by minutes and the error is of that kind.
func (clockRetryer) IsErrorRetryable(err error) bool {
	off, ok := errors.AsType[interface {
		error
		RetryableError() bool
	}](err)
	return ok && off.RetryableError()
}
