package wire

import (
	"bufio"
	"fmt"
	"net"
	"testing"
	"time"
)

// When a session is said again, no request comes before the one before it was
// answered.
func TestRepeatWaitsForAnswers(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	p := listen(t, listener.Addr().String())
	set(t, p, Rule{Do: Repeat, Request: 2, After: time.Millisecond})
	early := make(chan int, 2)
	go func() {
		for range 2 {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { early <- answerSlowly(conn) }()
		}
	}()
	c := dial(t, p.Addr())
	c.asks("ok")
	c.asks("ok")
	for range 2 {
		if n := <-early; n != 0 {
			t.Errorf("%d bytes came too early", n)
		}
	}
}

// answerSlowly answers two lines, and returns how much of the second came before
// the first was answered.
func answerSlowly(conn net.Conn) (early int) {
	defer conn.Close()
	lines := bufio.NewReader(conn)
	_, _ = lines.ReadString('\n')
	_ = conn.SetReadDeadline(time.Now().Add(soon))
	_, _ = lines.Peek(1)
	early = lines.Buffered()
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	fmt.Fprintln(conn, "ok")
	_, _ = lines.ReadString('\n')
	fmt.Fprintln(conn, "ok")
	return early
}

// A server that does not read keeps nobody from closing the proxy.
func TestCloseWhileWriting(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") // it never accepts
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	p := listen(t, listener.Addr().String())
	c := dial(t, p.Addr())
	_ = c.SetWriteDeadline(time.Now().Add(soon))
	for err == nil {
		_, err = c.Write(make([]byte, 1<<20))
	}
	closed := make(chan error, 1)
	go func() { closed <- p.Close() }()
	select {
	case <-closed:
	case <-time.After(patience):
		t.Fatal("Close does not return")
	}
}
