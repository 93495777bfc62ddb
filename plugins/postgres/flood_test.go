package postgres

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// message is one of PostgreSQL's protocol, which claims to have so many bytes.
func message(kind byte, length uint32, body string) string {
	return string(binary.BigEndian.AppendUint32([]byte{kind}, length)) + body
}

// floods are what a server may answer that means to fill the memory: what it
// begins with, and what it then sends for ever.
var floods = map[string]struct{ begin, more string }{
	"notices":          {"", message('N', 4+10_000, "M"+strings.Repeat("x", 9_997)+"\x00\x00")},
	"one long message": {message('D', 1_000_000_000, ""), "x"},
	"beyond all":       {message('D', 0x7fffffff, ""), "x"},
	"settings":         {"", message('S', 4+10_000, "a\x00"+strings.Repeat("x", 9_997)+"\x00")},
}

// pour sends a flood until the other end hangs up.
func pour(conn io.Writer, begin, more string) {
	_, err := conn.Write([]byte(begin))
	for chunk := bytes.Repeat([]byte(more), 1+100_000/len(more)); err == nil; {
		_, err = conn.Write(chunk)
	}
}

// flooding puts a wire before a server that answers with a flood at some moment,
// and returns the URL through it.
func flooding(t *testing.T, base, begin, more string, when func(request string) bool) string {
	t.Helper()
	return behind(t, base, servers.Wire{Answer: func(request string, client io.Writer) bool {
		if !when(request) {
			return false
		}
		pour(client, begin, more)
		return true
	}})
}

func TestFloodIsAFaultAtOnce(t *testing.T) {
	t.Parallel()
	b, _, base := start(t)
	lease := held()
	lease.TTL = time.Hour
	acquire(t, b, lease)
	attacked := func(flood struct{ begin, more string }, when func(string) bool) sdk.Backend {
		return openAt(t, Config{Connection: flooding(t, base, flood.begin, flood.more, when)})
	}
	for name, flood := range floods {
		isFlooded(t, name, sdk.ErrUnavailable, func() error {
			return everything["current"](testContext(t), attacked(flood, func(string) bool { return true }))
		})
		isFlooded(t, name, nil, func() error { return everything["renew"](testContext(t), attacked(flood, isCommit)) })
	}
	long := floods["one long message"]
	for operation, operate := range everything {
		isFlooded(t, operation, sdk.ErrUnavailable, func() error { return operate(testContext(t), attacked(long, isBegin)) })
	}
	isFlooded(t, "decision", sdk.ErrUnavailable, func() error { return everything["renew"](testContext(t), attacked(long, isDecision)) })
}

// isFlooded checks that a call says so soon, and with which promise; nil for
// none.
func isFlooded(t *testing.T, what string, promise error, call func() error) {
	t.Helper()
	var err error
	within(t, 30*time.Second, func() { err = call() })
	if promise == nil {
		isUnknown(t, what, err)
	} else if !errors.Is(err, promise) {
		t.Errorf("%s: %v", what, err)
	}
	contains(t, err, "postgres at 127.0.0.1:", "the server's answer is too large")
}
