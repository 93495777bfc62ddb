package dynamodb

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stormlock/stormlock/sdk"
)

// A release has to make void whatever an acquire with its id may still have on
// its way, also where it finds nothing to remove. A grant demands the counter
// that its own look saw, so it is enough that every release counts, in one
// transaction with what it found at the lock's key: a late grant comes either
// before, and the release looks again and sees it, or after, and does nothing.
//
// The release of the current lease counts too, although its grant did. The two
// items are not read at one moment: a look can show the lock as it was before
// that grant, free, and the counter as it was after. What was decided on such a
// look must not come true once the lock is free again.

// giveUp ends what there is of a lease, counts, and answers.
//
// A lease of that id that is over is removed as well. Otherwise a renewal that
// comes late could revive what its holder has given up.
func (b *backend) giveUp(ctx context.Context, id string, s sight) error {
	l, found, err := b.lock(s)
	if err != nil {
		return err
	}
	mine := found && sdk.SameID(l.ID, id)
	held := mine && l.current(s.now)
	seen, err := b.counted(s)
	switch {
	case err == nil:
		err = b.transact(ctx, s.resource, b.leave(s, mine), b.void(seen, s))
	case held:
		// No grant can match what lies in the counter's place.
		err = b.transact(ctx, s.resource, b.remove(s))
	}
	if err == nil && !held {
		return sdk.ErrNotHeld
	}
	return err
}

// leave removes the lock that was seen if it is to go, and otherwise holds it to
// be what was seen.
func (b *backend) leave(s sight, goes bool) types.TransactWriteItem {
	switch {
	case goes:
		return b.remove(s)
	case len(s.item) > 0:
		return b.keep(s)
	}
	return b.keepFree(s)
}

// remove ends a lock.
func (b *backend) remove(s sight) types.TransactWriteItem {
	return types.TransactWriteItem{Delete: &types.Delete{
		TableName: &b.table, Key: key(s.resource),
		ConditionExpression:       aws.String(isAsJudged),
		ExpressionAttributeNames:  attributes,
		ExpressionAttributeValues: lock{item: s.item}.judged(),

		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}}
}

// keep and keepFree change nothing; they are there for their conditions. What
// DynamoDB has for that takes one more permission, ConditionCheckItem, which no
// policy grants that was made before this was needed.

func (b *backend) keep(s sight) types.TransactWriteItem {
	return types.TransactWriteItem{Update: &types.Update{
		TableName: &b.table, Key: key(s.resource),
		UpdateExpression:          aws.String("SET #expires = :expires"),
		ConditionExpression:       aws.String(isAsJudged),
		ExpressionAttributeNames:  attributes,
		ExpressionAttributeValues: lock{item: s.item}.judged(),

		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}}
}

func (b *backend) keepFree(s sight) types.TransactWriteItem {
	return types.TransactWriteItem{Delete: &types.Delete{
		TableName: &b.table, Key: key(s.resource),
		ConditionExpression:      aws.String(isAbsent),
		ExpressionAttributeNames: map[string]string{"#resource": "resource"},

		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}}
}

// void counts, whatever others have counted meanwhile: releases do not get into
// each other's way more than they must.
func (b *backend) void(seen uint64, s sight) types.TransactWriteItem {
	return types.TransactWriteItem{Update: &types.Update{
		TableName: &b.table, Key: key(fenceKey(s.resource)),
		UpdateExpression:          aws.String("ADD #fence :one"),
		ConditionExpression:       aws.String(isAbsent + " OR #fence >= :seen"),
		ExpressionAttributeNames:  map[string]string{"#resource": "resource", "#fence": "fence"},
		ExpressionAttributeValues: item{":one": numberOf(1), ":seen": numberOf(int64(seen))},
	}}
}
