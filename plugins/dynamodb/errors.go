package dynamodb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/stormlock/stormlock/sdk"
)

// explain says what a fault means. left tells whether a request that may write
// had left this machine when it happened.
//
// A refusal that this package knows is always certain: DynamoDB refuses a
// request before it does any of it. What is not certain is silence after the
// request has left, a fault inside of DynamoDB, nor an answer that this package
// has never heard of.
func (b *backend) explain(err error, left bool) error {
	if none, ok := errors.AsType[*credentialsError](err); ok {
		return b.explainCredentials(none)
	}
	if refusal, ok := errors.AsType[smithy.APIError](err); ok && refusal.ErrorCode() != noCode {
		return b.explainRefusal(refusal, left)
	}
	if left {
		return fmt.Errorf("%s: the request was sent: %s", b.where(), cause(err))
	}
	return sdk.Unavailable(`%s: %s; check that it can be reached and that "region" and "endpoint" are right`, b.where(), cause(err))
}

// notDynamoDB is about an answer to a question.
func (b *backend) notDynamoDB() error {
	return sdk.Unavailable(`%s: %s; check "endpoint" and any proxy`, b.where(), errNotDynamoDB)
}

// noCode is what the library calls a fault that the answer does not name, as
// that of a proxy does not.
const noCode = "UnknownError"

// explainCredentials tells a lack of credentials from a lack of time to get
// them.
func (b *backend) explainCredentials(err *credentialsError) error {
	if ended(err) {
		return sdk.Unavailable("%s: the AWS credentials did not come in time: %s", b.where(), cause(err))
	}
	return sdk.Refused("%s: no AWS credentials: %s", b.where(), err.why())
}

func (b *backend) explainRefusal(refusal smithy.APIError, left bool) error {
	code, message := refusal.ErrorCode(), oneLine(refusal.ErrorMessage())
	if cancelled, ok := errors.AsType[*types.TransactionCanceledException](refusal); ok {
		return b.explainCancelled(cancelled)
	}
	if fault, ok := refusals[code]; ok {
		return fault(b, code, message)
	}
	if left {
		return fmt.Errorf("%s: %s: %s", b.where(), code, message)
	}
	return sdk.Unavailable("%s: %s: %s; try again", b.where(), code, message)
}

// explainCancelled is about a transaction that did nothing, and not because it
// was overtaken.
func (b *backend) explainCancelled(cancelled *types.TransactionCanceledException) error {
	var reasons []string
	for _, r := range cancelled.CancellationReasons {
		code := reason(r)
		if code == "ValidationError" && r.Message != nil {
			return sdk.Refused("%s: %s; no lock was changed", b.where(), oneLine(*r.Message))
		}
		if code != "" && code != "None" {
			reasons = append(reasons, code)
		}
	}
	return sdk.Unavailable("%s: the transaction was cancelled (%s); no lock was changed; try again", b.where(), cmp.Or(strings.Join(reasons, ", "), "it is not said why"))
}

// where names the table and the place, for error texts; never a credential.
func (b *backend) where() string {
	place := b.region
	if b.endpoint != "" {
		place = b.endpoint + " (" + b.region + ")"
	}
	return fmt.Sprintf("table %q in %s", b.table, place)
}

// mostText bounds what is repeated of a server's message.
const mostText = 300

// oneLine makes a server's message fit for an error text.
func oneLine(text string) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "?")), " ")
	if len(text) <= mostText {
		return text
	}
	end := mostText
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// ended reports whether an error comes from the end of a context.
func ended(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
