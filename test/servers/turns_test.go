package servers

import (
	"bufio"
	"fmt"
	"net"
	"testing"
)

func TestTurnsAreCounted(t *testing.T) {
	turns := CountTurns(t, Redis(t).Addr)
	conn, err := net.Dial("tcp", turns.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	answers := bufio.NewReader(conn)
	for n, said := range []string{"PING\r\n", "PING\r\nPING\r\nPING\r\n"} {
		if got := turns.Count(); got != 0 {
			t.Errorf("%d turns before anything was said", got)
		}
		for range n + 1 {
			fmt.Fprint(conn, said)
			for range len(said) / len("PING\r\n") {
				if line, err := answers.ReadString('\n'); err != nil || line != "+PONG\r\n" {
					t.Fatalf("%q, %v", line, err)
				}
			}
		}
		if got := turns.Count(); got != n+1 {
			t.Errorf("%d turns, want %d", got, n+1)
		}
	}
}
