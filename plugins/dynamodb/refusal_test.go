package dynamodb

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// What DynamoDB refuses in words that are known was not done.
func TestRefusalsAreCertain(t *testing.T) {
	t.Parallel()
	for code, is := range map[string]struct {
		kind error
		text string
	}{
		"AccessDeniedException":                  {sdk.ErrRefused, "is not authorized to perform"},
		"UnrecognizedClientException":            {sdk.ErrRefused, "access key"},
		"InvalidSignatureException":              {sdk.ErrRefused, "clock"},
		"IncompleteSignatureException":           {sdk.ErrRefused, "signature"},
		"MissingAuthenticationTokenException":    {sdk.ErrRefused, "credentials"},
		"MissingAuthenticationToken":             {sdk.ErrRefused, "credentials"},
		"ExpiredTokenException":                  {sdk.ErrRefused, "log in again"},
		"ValidationException":                    {sdk.ErrRefused, "is not authorized"},
		"ThrottlingException":                    {sdk.ErrUnavailable, "try again"},
		"ProvisionedThroughputExceededException": {sdk.ErrUnavailable, "capacity"},
		"RequestLimitExceeded":                   {sdk.ErrUnavailable, "limit"},
		"LimitExceededException":                 {sdk.ErrUnavailable, "limit"},
		"ReplicatedWriteConflictException":       {sdk.ErrUnavailable, "another region"},
		"ResourceNotFoundException":              {sdk.ErrNotSetUp, `"table"`},
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			f, c := before(t, account(t), nil)
			b, _ := startAt(t, c)
			refuse := func(x *exchange) {
				x.refuse(400, code, "User: x is not authorized to perform: dynamodb:Y on resource: Z "+
					"Credential=AKIA/20260101\n\nSignature=abc")
			}
			for operation, operate := range operations {
				f.use(nil)
				_ = b.Release(testContext(t), sdk.Lease{Resource: "data", ID: leaseID})
				ready(t, b, operation)
				for _, treat := range []func(*exchange){refuse, writesOnly(refuse)} {
					f.use(treat)
					err := operate(testContext(t), b)
					if operation == "current" && err == nil {
						continue // it does not write
					}
					isKind(t, operation, err, is.kind)
					contains(t, err, is.text, "eu-west-1", c.Endpoint)
					if strings.Contains(err.Error(), "Signature=") && strings.Contains(code, "ignature") {
						t.Errorf("%s repeats the signature: %v", operation, err)
					}
				}
			}
		})
	}
}

func TestCancelledTransactions(t *testing.T) {
	t.Parallel()
	for name, is := range map[string]struct {
		reasons string
		kind    error
		text    string
	}{
		"throttled": {`{"Code":"None"},{"Code":"ThrottlingError","Message":"slow"}`, sdk.ErrUnavailable, "ThrottlingError"},
		"capacity":  {`{"Code":"ProvisionedThroughputExceeded"},{"Code":"None"}`, sdk.ErrUnavailable, "ProvisionedThroughputExceeded"},
		"bad value": {`{"Code":"ValidationError","Message":"number overflow"},{"Code":"None"}`, sdk.ErrRefused, "number overflow"},
		"unnamed":   {``, sdk.ErrUnavailable, "cancelled"},
		"no code":   {`{},{}`, sdk.ErrUnavailable, "cancelled"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, c := before(t, account(t), nil)
			b, _ := startAt(t, c)
			f.use(writesOnly(func(x *exchange) { x.cancelled(is.reasons) }))
			err := operations["acquire"](testContext(t), b)
			isKind(t, name, err, is.kind)
			contains(t, err, is.text)
		})
	}
}

func (x *exchange) cancelled(reasons string) {
	x.refuse(400, "TransactionCanceledException", "Transaction cancelled, please refer cancellation reasons",
		`,"CancellationReasons":[`+reasons+`]`)
}

// Transactions that get into each other's way did nothing, and are tried again.
func TestConflictsAreTriedAgain(t *testing.T) {
	t.Parallel()
	f, c := before(t, account(t), nil)
	b, _ := startAt(t, c)
	for operation, conflict := range map[string]func(*exchange){
		"acquire": func(x *exchange) { x.cancelled(`{"Code":"TransactionConflict"},{"Code":"None"}`) },
		"renew":   func(x *exchange) { x.refuse(400, "TransactionConflictException", "conflict") },
		"release": func(x *exchange) { x.refuse(400, "TransactionConflictException", "conflict") },
	} {
		f.use(nil)
		_ = b.Release(testContext(t), sdk.Lease{Resource: "data", ID: leaseID})
		ready(t, b, operation)
		f.asked()
		left := 3
		f.use(writesOnly(func(x *exchange) {
			if left--; left >= 0 {
				conflict(x)
				return
			}
			x.pass()
		}))
		if err := operations[operation](testContext(t), b); err != nil {
			t.Errorf("%s: %v", operation, err)
		}
		if got := len(f.asked()); got != 8 {
			t.Errorf("%s: %d requests", operation, got)
		}
	}
}

// Without an end to the conflicts there is an honest answer.
func TestConflictsWithoutEnd(t *testing.T) {
	t.Parallel()
	f, c := before(t, account(t), nil)
	b, _ := startAt(t, c)
	f.use(writesOnly(func(x *exchange) { x.cancelled(`{"Code":"None"},{"Code":"TransactionConflict"}`) }))
	f.asked()
	err := operations["acquire"](testContext(t), b)
	isKind(t, "acquire", err, sdk.ErrUnavailable)
	contains(t, err, "too many others")
	if got := len(f.asked()); got != 2*maxLooks {
		t.Errorf("%d requests", got)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	promptly(t, func() {
		if operations["acquire"](ctx, b) == nil {
			t.Error("acquired")
		}
	})
}
