package bounded

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestReadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	if data, err := ReadFile(path, 5); string(data) != "12345" || err != nil {
		t.Errorf("read %q, %v", data, err)
	}
	if _, err := ReadFile(path, 4); err == nil || err.Error() != "is larger than 4 bytes" {
		t.Errorf("error is %v, want that it is too large", err)
	}
	if _, err := ReadFile(path+"x", 5); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error is %v, want that it does not exist", err)
	}
}

func TestReadFileOfAnotherKind(t *testing.T) {
	for _, path := range []string{t.TempDir(), os.DevNull} {
		if _, err := ReadFile(path, 5); !errors.Is(err, ErrNotRegular) {
			t.Errorf("%s: error is %v, want ErrNotRegular", path, err)
		}
	}
}

// pipe returns a limited connection and its other end.
func pipe(t *testing.T, most int64) (limited, server net.Conn) {
	t.Helper()
	client, server := net.Pipe()
	t.Cleanup(func() { _, _ = client.Close(), server.Close() })
	return Conn(client, most), server
}

func TestConnStopsAFlood(t *testing.T) {
	client, server := pipe(t, 10_000)
	go func() {
		for {
			if _, err := server.Write(make([]byte, 1000)); err != nil {
				return
			}
		}
	}()
	n, err := io.Copy(io.Discard, client)
	if n != 10_000 || !errors.Is(err, ErrFlood) {
		t.Errorf("read %d bytes, %v; want 10000 and ErrFlood", n, err)
	}
	if _, err := client.Read(make([]byte, 1)); !errors.Is(err, ErrFlood) {
		t.Errorf("then %v; want ErrFlood", err)
	}
}

func TestConnCountsFromTheLastRequest(t *testing.T) {
	client, server := pipe(t, 4)
	go func() { _, _ = io.Copy(server, server) }()
	for range 3 {
		if _, err := io.Copy(client, strings.NewReader("1234")); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(client, make([]byte, 4)); err != nil {
			t.Fatal(err)
		}
	}
}

// What a client library asks about a socket it can still ask.
func TestConnOfASocketIsOne(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, ok := Conn(conn, 1).(syscall.Conn); !ok {
		t.Error("the limit hides the socket")
	}
	client, _ := pipe(t, 1)
	if _, ok := client.(syscall.Conn); ok {
		t.Error("a pipe is said to be a socket")
	}
}
