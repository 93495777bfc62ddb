package dynamodb

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
)

// floods are what a server may answer that means to fill the memory.
var floods = map[string]func(http.ResponseWriter){
	"one text without an end": func(w http.ResponseWriter) { pour(w, `{"x":"`, "x") },
	"a list without an end":   func(w http.ResponseWriter) { pour(w, `{"x":[`, `"`+strings.Repeat("x", 100)+`",`) },
	"an error without an end": func(w http.ResponseWriter) { w.WriteHeader(400); pour(w, `{"__type":"`, "x") },
	"a large header":          largeHeader,
}

func largeHeader(w http.ResponseWriter) {
	for i := range 2 * mostHeader / 1024 {
		w.Header().Set(fmt.Sprintf("flood-%d", i), strings.Repeat("x", 1024))
	}
}

// pour writes until the other end hangs up, and returns how much it has written.
func pour(w io.Writer, begin, more string) (written int) {
	_, err := io.WriteString(w, begin)
	for chunk := bytes.Repeat([]byte(more), 10_000); err == nil; written += len(chunk) {
		_, err = w.Write(chunk)
	}
	return written
}

// Nothing is in doubt as long as nothing was sent that writes; and it does not
// take long.
func TestFloodIsAFaultAtOnce(t *testing.T) {
	t.Parallel()
	straight := account(t)
	startAt(t, straight)
	for name, flood := range floods {
		for promise, treat := range map[error]func(*exchange){
			sdk.ErrUnavailable: func(x *exchange) { flood(x.w) }, nil: floodsWrites(flood),
		} {
			_, c := before(t, straight, treat)
			isFlooded(t, name, promise, func() error {
				_, err := openAt(t, c).Acquire(testContext(t), want(name))
				return err
			})
		}
	}
}

func TestFloodOfEachOperation(t *testing.T) {
	t.Parallel()
	straight := account(t)
	b, _ := startAt(t, straight)
	_, c := before(t, straight, func(x *exchange) { largeHeader(x.w) })
	for name, operate := range everything {
		isFlooded(t, name, sdk.ErrUnavailable, func() error { return operate(testContext(t), openAt(t, c)) })
	}
	_, c = before(t, straight, floodsWrites(largeHeader))
	for _, name := range []string{"renew", "release"} {
		typed := acquire(t, b, want(name))
		isFlooded(t, name, nil, func() error { return backendtest.Operations(typed)[name](testContext(t), openAt(t, c)) })
	}
}

// floodsWrites has the server do everything, and answers what writes with a flood.
func floodsWrites(flood func(http.ResponseWriter)) func(*exchange) {
	return func(x *exchange) {
		if !x.writes() {
			x.pass()
			return
		}
		x.ask()
		flood(x.w)
	}
}

// isFlooded checks that a call says so soon, and with which promise; nil for
// none.
func isFlooded(t *testing.T, what string, promise error, call func() error) {
	t.Helper()
	var err error
	within(t, 15*time.Second, func() { err = call() })
	if promise == nil {
		backendtest.IsUnknown(t, what, err)
	} else {
		isKind(t, what, err, promise)
	}
	contains(t, err, "the server's answer is too large")
}

// Whoever gives credentials can be anybody who is asked for them without TLS.
func TestFloodOfCredentials(t *testing.T) {
	ownAWS(t)
	poured := make(chan int, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { poured <- pour(w, `{"AccessKeyId":"`, "x") }))
	defer server.Close()
	defer server.CloseClientConnections()
	t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.URL)
	_, err := openAt(t, Config{Table: "stormlock", Region: "eu-west-1", Endpoint: "http://127.0.0.1:1"}).Current(testContext(t), "deploy")
	isKind(t, "current", err, sdk.ErrRefused)
	const buffers = 16 << 20 // of the system
	if n := <-poured; n > mostCredentials+buffers {
		t.Errorf("%d bytes were read", n)
	}
}
