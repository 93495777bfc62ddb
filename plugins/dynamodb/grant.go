package dynamodb

import (
	"context"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stormlock/stormlock/sdk"
)

// take grants a lease where nothing was seen, or a lock that is over.
func (b *backend) take(ctx context.Context, want sdk.Lease, s sight) (sdk.Lease, error) {
	fence, err := b.nextFence(s)
	if err != nil {
		return sdk.Lease{}, err
	}
	want.Created, want.Fence = s.now.UTC(), fence
	return want, b.transact(ctx, want.Resource,
		types.TransactWriteItem{Put: b.grant(want, s)}, types.TransactWriteItem{Update: b.count(fence, s)})
}

// grant puts the lock's item in place of what was seen.
func (b *backend) grant(want sdk.Lease, s sight) *types.Put {
	put := &types.Put{
		TableName: &b.table, Item: newItem(want, s.now),
		ConditionExpression:      aws.String(isAbsent),
		ExpressionAttributeNames: map[string]string{"#resource": "resource"},

		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	if len(s.item) > 0 {
		put.ConditionExpression, put.ExpressionAttributeNames = aws.String(isAsJudged), attributes
		put.ExpressionAttributeValues = lock{item: s.item}.judged()
	}
	return put
}

// count moves the fence's counter on from what was seen. Every grant and every
// release does, so whatever was to be granted on an older sight is not.
func (b *backend) count(fence uint64, s sight) *types.Update {
	update := &types.Update{
		TableName: &b.table, Key: key(fenceKey(s.resource)),
		UpdateExpression:          aws.String("SET #fence = :fence"),
		ConditionExpression:       aws.String(isAbsent),
		ExpressionAttributeNames:  map[string]string{"#fence": "fence"},
		ExpressionAttributeValues: item{":fence": &types.AttributeValueMemberN{Value: strconv.FormatUint(fence, 10)}},
	}
	if len(s.counter) > 0 {
		update.ConditionExpression = aws.String("#fence = :seen")
		update.ExpressionAttributeValues[":seen"] = s.counter["fence"]
	} else {
		update.ExpressionAttributeNames["#resource"] = "resource"
	}
	return update
}

// nextFence is one more than the counter, and not less than the store's time in
// microseconds: so it grows even if the counter was lost, as when a backup is
// restored.
func (b *backend) nextFence(s sight) (uint64, error) {
	seen, err := b.counted(s)
	return max(uint64(s.now.UnixMicro()), seen+1), err
}

// counted is what the counter showed, 0 if there was none.
func (b *backend) counted(s sight) (uint64, error) {
	if len(s.counter) == 0 {
		return 0, nil
	}
	text, _ := s.counter.number("fence")
	seen, ok := integer(text)
	if !ok {
		return 0, sdk.Refused(`item %q of %s is not the fence counter of resource %q, which belongs there; nothing was changed; remove it`,
			fenceKey(s.resource), b.where(), s.resource)
	}
	return seen, nil
}
