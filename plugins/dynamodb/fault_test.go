package dynamodb

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
)

// leaseID is held at "data" wherever an operation is to get as far as its
// write.
const leaseID = "0001feff343536373839616263646566"

// operations are tried on the resource "data", with that id.
var operations = backendtest.Operations(sdk.Lease{
	Resource: "data", ID: leaseID, Principal: "ana@ops", Reason: "patch the database", TTL: time.Hour,
})

// everything is each method that does I/O.
var everything = backendtest.Everything(operations)

// ready makes "data" such that an operation gets as far as its write.
func ready(t *testing.T, b *backend, operation string) {
	t.Helper()
	if operation != "acquire" {
		w := want("data")
		w.ID = leaseID
		acquire(t, b, w)
	}
}

// isUnknown checks that an error promises nothing.
func isUnknown(t *testing.T, what string, err error) {
	t.Helper()
	backendtest.IsUnknown(t, what, err)
	contains(t, err)
}

func isKind(t *testing.T, what string, err, kind error) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("%s: %v; want it to match %q", what, err, kind)
	}
}

func TestServerDownIsUnavailable(t *testing.T) {
	t.Parallel()
	c := account(t)
	f, c := before(t, c, nil)
	f.Close()
	b := openAt(t, c)
	for name, operate := range everything {
		err := operate(testContext(t), b)
		isKind(t, name, err, sdk.ErrUnavailable)
		contains(t, err, c.Endpoint, "connection refused", `"endpoint"`)
	}
}

// faults can happen to reads and to writes.
var faults = map[string]func(*exchange){
	"lost":           (*exchange).lose,
	"broken":         (*exchange).drop,
	"internal fault": func(x *exchange) { x.refuse(500, "InternalServerError", "Internal server error") },
	"overload":       func(x *exchange) { x.answer(503, "<html>busy</html>") },
	"new code":       func(x *exchange) { x.refuse(400, "NeverHeardOfException", "what?") },
	"not DynamoDB":   func(x *exchange) { x.answer(200, "{}") },
	"a web page":     func(x *exchange) { x.answer(200, "<html>Welcome</html>") },
	"half an answer": func(x *exchange) { x.w.Header().Set("Content-Length", "100"); x.answer(200, `{"Item":`) },
}

// faultsAnd returns these and more of them.
func faultsAnd(more map[string]func(*exchange)) map[string]func(*exchange) {
	all := maps.Clone(faults)
	maps.Copy(all, more)
	return all
}

// What a fault means, by what it happens to. A read that fails is always
// certain; a write only if it was refused in known words, or never sent.
func TestFaultsOfReads(t *testing.T) {
	t.Parallel()
	for fault, treat := range faultsAnd(map[string]func(*exchange){
		"throttled":    func(x *exchange) { x.refuse(400, "ThrottlingException", "Rate exceeded") },
		"no such page": func(x *exchange) { x.answer(404, "<html>Not found</html>") },
		"elsewhere":    func(x *exchange) { x.w.Header().Set("Location", x.f.server); x.answer(302, "") },
	}) {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			_, c := before(t, account(t), treat)
			b := openAt(t, c)
			for name, operate := range everything {
				err := operate(testContext(t), b)
				isKind(t, name, err, sdk.ErrUnavailable)
				contains(t, err, `table "stormlock" in `+c.Endpoint+" (eu-west-1)", faultTexts[fault])
			}
		})
	}
}

// faultTexts are what is said of some faults.
var faultTexts = map[string]string{
	"lost": "closed without an answer", "broken": "closed without an answer", "half an answer": "breaks off",
	"overload": "not one of DynamoDB (HTTP status 503)", "no such page": "not one of DynamoDB (HTTP status 404)",
	"elsewhere": "not one of DynamoDB (HTTP status 302)", "forbidden": "not one of DynamoDB (HTTP status 403)",
	"a web page": "not one of DynamoDB", "not DynamoDB": "not one of DynamoDB",
}

func TestFaultsOfWrites(t *testing.T) {
	t.Parallel()
	for fault, treat := range faultsAnd(map[string]func(*exchange){
		"in progress": func(x *exchange) { x.refuse(400, "TransactionInProgressException", "in progress") },
		"forbidden":   func(x *exchange) { x.answer(403, "<html>Forbidden</html>") },
	}) {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			f, c := before(t, account(t), nil)
			b, _ := startAt(t, c)
			for _, operation := range []string{"acquire", "renew", "release"} {
				f.use(nil)
				ready(t, b, operation)
				f.use(writesOnly(treat))
				err := operations[operation](testContext(t), b)
				isUnknown(t, operation, err)
				contains(t, err, `table "stormlock" in `, faultTexts[fault])
			}
		})
	}
}

func writesOnly(treat func(*exchange)) func(*exchange) {
	return func(x *exchange) {
		if x.writes() {
			treat(x)
		} else {
			x.pass()
		}
	}
}

// A batch can be answered in part. What is missing is not what is free.
func TestReadThatIsAnsweredInPart(t *testing.T) {
	t.Parallel()
	_, c := before(t, account(t), func(x *exchange) {
		x.w.Header().Set("Date", time.Now().UTC().Format(http.TimeFormat))
		x.answer(200, `{"ConsumedCapacity":[{"TableName":"stormlock","CapacityUnits":0}],"Responses":{"stormlock":[]},`+
			`"UnprocessedKeys":{"stormlock":{"Keys":[{"resource":{"S":"data"}}]}}}`)
	})
	err := operations["acquire"](testContext(t), openAt(t, c))
	isKind(t, "acquire", err, sdk.ErrUnavailable)
	contains(t, err, "no capacity left")
}

// A lost reply is settled by asking again, with the same id.
func TestLostReplyIsSettled(t *testing.T) {
	t.Parallel()
	f, c := before(t, account(t), nil)
	b, _ := startAt(t, c)
	f.use(writesOnly((*exchange).lose))
	w := want("deploy")
	_, err := b.Acquire(testContext(t), w)
	isUnknown(t, "acquire", err)
	f.use(nil)
	if got := acquire(t, b, w); got.ID != w.ID || got.Fence == 0 {
		t.Errorf("repeat: %+v", got)
	}
}

// A request is sent once: the library would repeat each of these, and then
// nobody could tell what happened.
func TestNoWriteIsRepeated(t *testing.T) {
	t.Parallel()
	f, c := before(t, account(t), nil)
	b, _ := startAt(t, c)
	for name, treat := range map[string]func(*exchange){
		"broken":    (*exchange).drop,
		"fault":     func(x *exchange) { x.refuse(500, "InternalServerError", "oh") },
		"throttled": func(x *exchange) { x.refuse(400, "ThrottlingException", "slow down") },
		"clock":     func(x *exchange) { x.signatureExpired(time.Now().Add(time.Hour)) },
	} {
		f.use(writesOnly(treat))
		f.asked()
		_ = operations["acquire"](testContext(t), b)
		if got := f.asked(); len(got) != 2 || got[1] != "TransactWriteItems" {
			t.Errorf("%s: %q", name, got)
		}
	}
	f.use(func(x *exchange) { x.refuse(500, "InternalServerError", "oh") })
	_ = operations["current"](testContext(t), b)
	if got := f.asked(); len(got) != 1 {
		t.Errorf("a read was repeated: %q", got)
	}
}

func TestCancellationAfterTheWriteWasSentIsUnknown(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"acquire", "renew", "release"} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			f, c := before(t, account(t), nil)
			b, _ := startAt(t, c)
			ready(t, b, operation)
			ctx, cancel := context.WithCancel(context.Background())
			f.use(writesOnly(func(x *exchange) { cancel(); <-x.r.Context().Done() }))
			promptly(t, func() {
				err := operations[operation](ctx, b)
				isUnknown(t, operation, err)
				contains(t, err, "the call was cancelled")
			})
		})
	}
}

// What did not leave this machine did nothing.
func TestWriteThatCannotBeSentIsUnavailable(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"acquire", "renew", "release"} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			f, c := before(t, account(t), nil)
			b, _ := startAt(t, c)
			ready(t, b, operation)
			// The read is the last that the server answers; its connection is
			// not kept.
			f.use(func(x *exchange) {
				x.w.Header().Set("Connection", "close")
				x.pass()
				_ = f.Listener.Close()
			})
			err := operations[operation](testContext(t), b)
			isKind(t, operation, err, sdk.ErrUnavailable)
			contains(t, err, "connection refused")
		})
	}
}

func TestClosedBackend(t *testing.T) {
	t.Parallel()
	b, _ := start(t)
	backendtest.StaysClosed(t, b, everything, "closed")
}

func TestCloseLeavesNoConnection(t *testing.T) {
	t.Parallel()
	f, c := before(t, account(t), nil)
	b, _ := startAt(t, c)
	for _, name := range []string{"acquire", "renew", "current", "list", "release"} {
		if err := everything[name](testContext(t), b); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	if f.open.Load() == 0 {
		t.Error("no connection is kept between requests")
	}
	_ = b.Close()
	eventually(t, 20*time.Second, "the connections are closed", func() bool { return f.open.Load() == 0 })
}
