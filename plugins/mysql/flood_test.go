package mysql

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
	"github.com/stormlock/stormlock/sdk/bounded"
	"github.com/stormlock/stormlock/test/servers"
)

// packet is one of the protocol.
func packet(number byte, body ...byte) []byte {
	n := len(body)
	return append([]byte{byte(n), byte(n >> 8), byte(n >> 16), number}, body...)
}

// hostile are what a server may answer that means harm: what it begins with, and
// what it then sends for ever.
var hostile = map[string]struct{ begin, more []byte }{
	"one long packet": {[]byte{0xff, 0xff, 0xff, 1}, []byte("x")},
	"rows":            {nil, packet(1, bytes.Repeat([]byte("x"), 10_000)...)},
	"many columns":    {packet(1, 0xfe, 0, 0, 0, 0, 1, 0, 0, 0), []byte{0}},
	"some columns":    {packet(1, 0xfc, 0xff, 0xff), []byte{0}},
	"wants a file":    {packet(1, append([]byte{0xfb}, "/etc/passwd"...)...), []byte{0}},
	"done, and more":  {append(packet(1, 0, 0, 0, 8, 0, 0, 0), packet(2, 0xfe, 0, 0, 0, 0, 1, 0, 0, 0)...), []byte{0}},
	"a short fault":   {packet(1, 0xff), []byte{0}},
	"an empty packet": {packet(1), []byte{0}},
	"a short row":     {append(append(packet(1, 1), packet(2, 3, 'd', 'e', 'f')...), packet(3, 0xfd)...), []byte{0}},
}

// floods puts a wire before a database that answers with a flood at some moment.
func (p place) floods(t *testing.T, begin, more []byte, when func(string) bool) Config {
	t.Helper()
	return p.behind(t, servers.Wire{Answer: func(request string, client io.Writer) bool {
		if !when(request) {
			return false
		}
		_, err := client.Write(begin)
		for chunk := bytes.Repeat(more, 1+100_000/len(more)); err == nil; {
			_, err = client.Write(chunk)
		}
		return true
	}})
}

func TestFloodIsAFaultAtOnce(t *testing.T) {
	t.Parallel()
	straight, _, p := start(t)
	lease := held()
	acquire(t, straight, lease)
	for name, h := range hostile {
		for stage, c := range map[string]struct {
			at        func(string) bool
			operation string
			certain   bool
		}{
			"session": {isSession, "current", true}, "meeting": {isMeeting, "list", true}, "vetting": {isVetting, "current", true},
			"look": {isLook, "renew", true}, "renew": {isRenew, "renew", false},
		} {
			var err error
			backendtest.Within(t, 30*time.Second, func() {
				err = everything[c.operation](testContext(t), openAt(t, p.floods(t, h.begin, h.more, c.at)))
			})
			if c.certain && !errors.Is(err, sdk.ErrUnavailable) {
				t.Errorf("%s, %s: %v", name, stage, err)
			} else if !c.certain {
				isUnknown(t, name, err)
			}
			contains(t, err, "mysql at 127.0.0.1:")
		}
	}
}

// An answer begins as one to the question does, and with a modest number of
// columns.
func TestHowAnswersBegin(t *testing.T) {
	t.Parallel()
	for _, asked := range []bool{true, false} {
		for first := range 0x100 {
			var a incoming
			a.expect(asked)
			good := first == beginsFault || first == beginsDone && !asked || first > beginsDone && first <= mostColumns && asked
			if err := a.follow(packet(1, byte(first)), false); (err == nil) != good {
				t.Errorf("%#x where rows were asked for: %t: %v", first, asked, err)
			}
		}
	}
}

// Packets that are each well, without end.
func TestAnswerWithoutEnd(t *testing.T) {
	t.Parallel()
	var a incoming
	a.expect(true)
	for sent, i := 0, 1; ; i++ {
		more := packet(byte(i), bytes.Repeat([]byte{1}, 10_000)...)
		err := a.follow(more, false)
		if sent += len(more); errors.Is(err, bounded.ErrFlood) && sent > mostAnswer {
			return
		}
		if err != nil || sent > mostAnswer {
			t.Fatalf("after %d bytes: %v", sent, err)
		}
	}
}

// Somebody who is no server of the kind at all.
func TestStrangersAreFaults(t *testing.T) {
	t.Parallel()
	for name, says := range map[string][]byte{
		"silence":       nil,
		"text":          []byte("HTTP/1.1 400 Bad Request\r\n\r\n"),
		"short hello":   packet(0, 10),
		"cut hello":     packet(0, append([]byte{10}, "5.5.5-10.11\x00abcd"...)...),
		"old protocol":  packet(0, 9, 0),
		"empty hello":   packet(0),
		"endless hello": append(packet(0, 10), bytes.Repeat([]byte{0xff}, 1<<20)...),
		"clear text":    hello("mysql_clear_password"),
		"old password":  hello("mysql_old_password"),
	} {
		addr := servers.Listen(t, func(conn net.Conn) {
			defer conn.Close()
			_, _ = conn.Write(says)
			said := make([]byte, 1<<12)
			n, _ := conn.Read(said)
			// The wish to have the password in the clear.
			_, _ = conn.Write(packet(2, append([]byte{0xfe}, "mysql_clear_password\x00"...)...))
			_, _ = conn.Read(said[n:])
			if bytes.Contains(said, []byte("s3cr3t")) {
				t.Errorf("%s got the password", name)
			}
		})
		c := place{addr, "ops"}.config()
		c.Password = "s3cr3t"
		promptly(t, func() {
			ctx, cancel := context.WithTimeout(testContext(t), time.Second)
			defer cancel()
			if err := everything["current"](ctx, openAt(t, c)); !errors.Is(err, sdk.ErrUnavailable) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

// hello is a greeting that asks for a way to log in.
func hello(plugin string) []byte {
	body := append([]byte{10}, "8.0.0\x00\x01\x00\x00\x0012345678\x00\xff\xf7\x21\x02\x00\xff\xdf\x15"...)
	body = append(body, make([]byte, 10)...)
	body = append(body, "123456789012\x00"...)
	return packet(0, append(append(body, plugin...), 0)...)
}
