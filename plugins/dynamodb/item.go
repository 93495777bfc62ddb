package dynamodb

import (
	"encoding/hex"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stormlock/stormlock/sdk"
)

// An item is what lies at a key of the table; empty if nothing does.
type item map[string]types.AttributeValue

func (i item) text(name string) (string, bool) {
	value, ok := i[name].(*types.AttributeValueMemberS)
	if !ok {
		return "", false
	}
	return value.Value, true
}

func (i item) number(name string) (string, bool) {
	value, ok := i[name].(*types.AttributeValueMemberN)
	if !ok {
		return "", false
	}
	return value.Value, true
}

func (i item) time(name string) (time.Time, bool) {
	text, ok := i.number(name)
	if !ok {
		return time.Time{}, false
	}
	return seconds(text)
}

// fence is 0 for a lock without one: Python's, or one that another program
// wrote something else into.
func (i item) fence() uint64 {
	text, _ := i.number("fence")
	n, _ := integer(text)
	return n
}

// A lock is an item that lacks nothing of what Python writes.
type lock struct {
	sdk.Lease           // without TTL
	ends      time.Time // by the store's clock
	item      item      // as stored
}

// lock reads an item as a lock. If it is none, flaw says why.
func (i item) lock(resource string) (l lock, flaw string) {
	stored, _ := i.text("lease")
	id, isID := sdk.ParseID(stored)
	principal, hasPrincipal := i.text("principal")
	created, hasCreated := i.time("created")
	ends, hasEnds := i.time("expires")
	switch {
	case !isID:
		return lock{}, `its "lease" is not a lease id`
	case !hasPrincipal:
		return lock{}, `its "principal" is not a text`
	case !hasCreated:
		return lock{}, `its "created" is not a time in seconds`
	case !hasEnds:
		return lock{}, `its "expires" is not a time in seconds`
	}
	reason, _ := i.text("reason")
	return lock{
		Lease: sdk.Lease{
			Resource: resource, ID: hex.EncodeToString(id[:]), Principal: principal, Reason: reason,
			Created: created, Fence: i.fence(),
		},
		ends: ends, item: i,
	}, ""
}

// newItem is the item of a lease that is granted at a moment. Its attributes
// of Python's are written as Python writes them.
func newItem(l sdk.Lease, granted time.Time) item {
	i := item{
		"resource":  &types.AttributeValueMemberS{Value: l.Resource},
		"lease":     &types.AttributeValueMemberS{Value: l.ID},
		"principal": &types.AttributeValueMemberS{Value: l.Principal},
		"created":   numberOf(l.Created.Unix()),
		"expires":   numberOf(end(granted, l.TTL)),
		"fence":     numberOf(int64(l.Fence)),
	}
	if l.Reason != "" {
		i["reason"] = &types.AttributeValueMemberS{Value: l.Reason}
	}
	return i
}

func key(resource string) item {
	return item{"resource": &types.AttributeValueMemberS{Value: resource}}
}

// fenceKey is where the counter of a resource's fence lies. No resource begins
// with a space, so it is the key of no lock.
func fenceKey(resource string) string { return " fence:" + resource }
