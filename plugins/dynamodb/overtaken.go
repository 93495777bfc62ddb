package dynamodb

import (
	"errors"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// overtaken says that a write did nothing, since the item is no longer what
// was judged. With it may come what lies there now.
type overtaken struct{ now *sight }

func (*overtaken) Error() string { return "the item was changed meanwhile" }

// overtook reads an error as that answer.
func overtook(err error, resource string) (*overtaken, bool) {
	if failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		return &overtaken{instead(err, resource, failed.Item)}, true
	}
	if _, ok := errors.AsType[*types.TransactionConflictException](err); ok {
		return &overtaken{}, true
	}
	cancelled, ok := errors.AsType[*types.TransactionCanceledException](err)
	if !ok || len(cancelled.CancellationReasons) == 0 {
		return nil, false
	}
	if lock := cancelled.CancellationReasons[0]; reason(lock) == conditionFailed {
		return &overtaken{instead(err, resource, lock.Item)}, true
	}
	for _, r := range cancelled.CancellationReasons {
		if reason(r) == conditionFailed || reason(r) == conflict {
			return &overtaken{}, true
		}
	}
	return nil, false
}

// Why DynamoDB cancels a transaction.
const (
	conditionFailed = "ConditionalCheckFailed"
	conflict        = "TransactionConflict"
)

func reason(r types.CancellationReason) string {
	if r.Code == nil {
		return ""
	}
	return *r.Code
}

// instead is what lies at the resource instead of what was expected. The
// answer that tells has a Date as any other. That nothing lies there is not
// told in so many words, and has to be looked up.
func instead(err error, resource string, found item) *sight {
	refusal, ok := errors.AsType[*smithyhttp.ResponseError](err)
	if !ok || refusal.HTTPResponse() == nil || len(found) == 0 {
		return nil
	}
	now, parsed := http.ParseTime(refusal.HTTPResponse().Header.Get("Date"))
	if parsed != nil {
		return nil
	}
	return &sight{resource: resource, now: now.In(time.UTC), item: found}
}
