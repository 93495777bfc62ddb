package dynamodb

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A front stands before DynamoDB Local as the network and the rest of AWS stand
// before DynamoDB: it can refuse, delay and lose, and tell another time. What it
// passes on is decided by the real thing.
type front struct {
	*httptest.Server

	server string
	mu     sync.Mutex
	treat  func(*exchange) // nil: passes
	seen   []string
	open   atomic.Int32 // connections to it
}

// An exchange is one request on its way.
type exchange struct {
	op   string // GetItem and the like
	w    http.ResponseWriter
	r    *http.Request
	body []byte
	f    *front
}

// before starts a front, for as long as the test lasts, and returns a
// configuration that leads to it.
func before(t testing.TB, c Config, treat func(*exchange)) (*front, Config) {
	t.Helper()
	f := &front{server: c.Endpoint, treat: treat}
	f.Server = httptest.NewUnstartedServer(f)
	f.Config.ConnState = f.connection
	f.Config.ErrorLog = silent
	f.Start()
	t.Cleanup(f.Close)
	c.Endpoint = f.URL
	return f, c
}

// silent is for TLS handshakes that are meant to fail.
var silent = log.New(io.Discard, "", 0)

func (f *front) connection(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		f.open.Add(1)
	case http.StateClosed, http.StateHijacked:
		f.open.Add(-1)
	}
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	_, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	f.mu.Lock()
	f.seen = append(f.seen, op)
	treat := f.treat
	f.mu.Unlock()
	x := &exchange{op, w, r, body, f}
	if treat == nil {
		x.pass()
		return
	}
	treat(x)
}

// use changes how the front treats what comes.
func (f *front) use(treat func(*exchange)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.treat = treat
}

// asked returns what was asked for since the last call.
func (f *front) asked() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	seen := f.seen
	f.seen = nil
	return seen
}

// writes tells the requests that can change an item.
func (x *exchange) writes() bool {
	return x.op == "TransactWriteItems" || x.op == "UpdateItem" || x.op == "DeleteItem"
}

// ask asks the real server, and returns its answer.
func (x *exchange) ask() (*http.Response, []byte) {
	request, _ := http.NewRequest(x.r.Method, x.f.server, bytes.NewReader(x.body))
	request.Header = x.r.Header.Clone()
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return answer, text
}

func (x *exchange) pass() { x.passAt(time.Time{}) }

// passAt passes the request on, and shows another time in the answer unless it
// is zero.
func (x *exchange) passAt(now time.Time) {
	answer, text := x.ask()
	header := x.w.Header()
	for name, values := range answer.Header {
		header[name] = values
	}
	if !now.IsZero() {
		header.Set("Date", now.UTC().Format(http.TimeFormat))
	}
	x.w.WriteHeader(answer.StatusCode)
	_, _ = x.w.Write(text)
}

// lose has the server do it and keeps the answer.
func (x *exchange) lose() {
	x.ask()
	x.drop()
}

// drop breaks the connection.
func (x *exchange) drop() { panic(http.ErrAbortHandler) }

// refuse answers with an error, as DynamoDB words them.
func (x *exchange) refuse(status int, code, message string, more ...string) {
	x.answer(status, fmt.Sprintf(`{"__type":"com.amazonaws.dynamodb.v20120810#%s","message":%q%s}`, code, message, strings.Join(more, "")))
}

func (x *exchange) answer(status int, body string) {
	x.w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	x.w.WriteHeader(status)
	_, _ = io.WriteString(x.w, body)
}

// signatureExpired is how AWS refuses a request that was signed more than five
// minutes before or after its own clock's time.
func (x *exchange) signatureExpired(now time.Time) {
	x.w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	signed := x.r.Header.Get("X-Amz-Date")
	x.refuse(400, "InvalidSignatureException", fmt.Sprintf("Signature expired: %s is now earlier than %s (%s - 5 min.)",
		signed, now.Add(-5*time.Minute).Format(amzDate), now.Format(amzDate)))
}

const amzDate = "20060102T150405Z"
