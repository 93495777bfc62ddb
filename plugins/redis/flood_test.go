package redis

import (
	"bytes"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// floods are what a server may answer that means to fill the memory: what it
// begins with, and what it then sends for ever.
var floods = map[string]struct{ begin, more string }{
	"a line without an end": {"+", "x"},
	"one long text":         {"*1\r\n$500000000\r\n", "x"},
	"texts without an end":  {"*10000\r\n", "$10000\r\n" + strings.Repeat("x", 10000) + "\r\n"},
	"a length beyond all":   {"*1\r\n$1152921504606846976\r\n", "x"},
	"a list beyond all":     {"*1152921504606846976\r\n", ":1\r\n"},
	"a long list":           {"*100000000\r\n", ":1\r\n"},
	"lists in lists":        {"*2\r\n$1\r\nx\r\n", "*1\r\n"},
}

// pour sends a flood until the other end hangs up.
func pour(conn net.Conn, begin, more string) {
	defer conn.Close()
	_, err := conn.Write([]byte(begin))
	for chunk := bytes.Repeat([]byte(more), 1+8<<10/len(more)); err == nil; {
		_, err = conn.Write(chunk)
	}
}

// isFlood checks that an error says so, soon.
func isFlood(t *testing.T, what string, call func() error) (err error) {
	t.Helper()
	within(t, 15*time.Second, func() { err = call() })
	contains(t, err, "redis at ", "the server's answer is too large")
	if t.Failed() {
		t.Fatal(what)
	}
	return err
}

// A server that floods whoever connects: nothing was sent that could write.
func TestFloodIsUnavailable(t *testing.T) {
	for name, flood := range floods {
		url := proxyAt(t, func(in net.Conn) {
			_, _ = in.Read(make([]byte, 1<<16))
			pour(in, flood.begin, flood.more)
		})
		for _, mode := range []string{"single", "sentinel", "cluster"} {
			at := url
			if mode == "sentinel" {
				at = withMaster(url)
			}
			err := isFlood(t, name, func() error {
				_, err := openAt(t, Config{URL: at, Mode: mode}).Acquire(testContext(t), want("deploy"))
				return err
			})
			if !errors.Is(err, sdk.ErrUnavailable) {
				t.Errorf("%s, %s: %v", name, mode, err)
			}
		}
	}
}

// One that floods in answer to the script: what that did is not known, unless it
// only reads.
func TestFloodInAnswerToAScript(t *testing.T) {
	_, _, server := start(t)
	for name, flood := range floods {
		b := openAt(t, Config{URL: proxyAt(t, func(in net.Conn) {
			relay(in, server.Addr, func(request string) bool {
				if isScript(request) {
					pour(in, flood.begin, flood.more)
				}
				return isScript(request)
			})
		})})
		for operation, operate := range everything {
			err := isFlood(t, name+": "+operation, func() error { return operate(testContext(t), b) })
			switch operation {
			case "acquire", "renew", "release":
				isUnknown(t, name+": "+operation, err)
			default:
				if !errors.Is(err, sdk.ErrUnavailable) {
					t.Errorf("%s: %s: %v", name, operation, err)
				}
			}
		}
	}
}

// The limit leaves the library what it asks a socket: a connection that the
// server has closed meanwhile is not used again.
func TestConnectionThatEndedMeanwhileIsDialedAnew(t *testing.T) {
	b, raw, _ := start(t)
	acquire(t, b, want("deploy"))
	must(t, raw.ClientKillByFilter(testContext(t), "TYPE", "normal", "SKIPME", "yes"))
	time.Sleep(100 * time.Millisecond)
	if _, err := b.Current(testContext(t), "deploy"); err != nil {
		t.Error(err)
	}
}
