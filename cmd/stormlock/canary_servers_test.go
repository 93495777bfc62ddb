//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/stormlock/stormlock/test/servers"
)

// listen serves connections until the test is over, and returns where.
func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	return servers.Listen(t, func(conn net.Conn) { defer conn.Close(); serve(conn) })
}

// ignore hears a client out and says nothing.
func ignore(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

// A mirror is a store that answers with a fault that quotes what it was sent.
type mirror struct {
	name string
	addr string

	mu  sync.Mutex
	all bytes.Buffer // that it was sent
}

// Write notes what was sent.
func (m *mirror) Write(b []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.all.Write(b)
}

func (m *mirror) heard(text string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return bytes.Contains(m.all.Bytes(), []byte(text))
}

// newMirrors makes those of each backend: one for each way in which it treats
// what a server says.
func newMirrors(t *testing.T, authority *servers.Authority) map[string][]*mirror {
	t.Helper()
	all := map[string][]*mirror{"etcd": {mirrorEtcd(t, authority)}}
	for _, fault := range []string{"ERR", "WRONGPASS invalid password", "ERR unknown command"} {
		all["redis"] = append(all["redis"], mirrorRedis(t, fault))
	}
	for _, code := range []string{"28P01", "XX000"} {
		all["postgres"] = append(all["postgres"], mirrorPostgres(t, code))
	}
	for _, code := range []uint16{1045, 1105} {
		all["mysql"] = append(all["mysql"], mirrorMySQL(t, code))
	}
	for _, fault := range []string{"AccessDeniedException", "ValidationException", "StrangeException"} {
		all["dynamodb"] = append(all["dynamodb"], mirrorDynamoDB(t, fault))
	}
	return all
}

// mirrorRedis answers every command with a fault, except that as a Sentinel it
// names itself.
func mirrorRedis(t *testing.T, fault string) *mirror {
	m := &mirror{name: "redis " + fault}
	m.addr = listen(t, func(conn net.Conn) {
		from := bufio.NewReader(io.TeeReader(conn, m))
		for {
			words, err := readRedis(from)
			if err != nil {
				return
			}
			answer := "-" + fault + " " + strings.Join(words, " ") + "\r\n"
			if strings.EqualFold(words[0], "sentinel") {
				host, port, _ := net.SplitHostPort(m.addr)
				answer = fmt.Sprintf("*2\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n", len(host), host, len(port), port)
			}
			if _, err := io.WriteString(conn, answer); err != nil {
				return
			}
		}
	})
	return m
}

// readRedis reads one command.
func readRedis(from *bufio.Reader) (words []string, err error) {
	n, err := readRedisNumber(from)
	for range n {
		size, err := readRedisNumber(from)
		if err != nil {
			return nil, err
		}
		word := make([]byte, size+len("\r\n"))
		if _, err := io.ReadFull(from, word); err != nil {
			return nil, err
		}
		words = append(words, string(word[:size]))
	}
	return words, err
}

// readRedisNumber reads a line such as "*3" or "$12".
func readRedisNumber(from *bufio.Reader) (int, error) {
	line, err := from.ReadString('\n')
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(line)[1:])
}

// mirrorPostgres asks for a password in the clear and does not like it.
func mirrorPostgres(t *testing.T, code string) *mirror {
	m := &mirror{name: "postgres " + code}
	m.addr = listen(t, func(conn net.Conn) {
		var size uint32
		if binary.Read(conn, binary.BigEndian, &size) != nil {
			return
		}
		_, _ = io.CopyN(m, conn, int64(size)-4)
		_, _ = conn.Write([]byte{'R', 0, 0, 0, 8, 0, 0, 0, 3})
		said := make([]byte, 1<<10)
		n, err := conn.Read(said)
		if err != nil {
			return
		}
		_, _ = m.Write(said[:n])
		_, _ = conn.Write(postgresFault(code, strings.Trim(string(said[5:n]), "\x00")))
	})
	return m
}

// postgresFault is the message of an error.
func postgresFault(code, text string) []byte {
	fields := fmt.Sprintf("SFATAL\x00VFATAL\x00C%s\x00Mwho says %s?\x00D%s\x00\x00", code, text, text)
	return append(binary.BigEndian.AppendUint32([]byte{'E'}, uint32(len(fields)+4)), fields...)
}

// mirrorMySQL greets, asks for the password in the clear, and does not like what
// it is told instead.
func mirrorMySQL(t *testing.T, code uint16) *mirror {
	m := &mirror{name: fmt.Sprint("mysql ", code)}
	packet := func(number byte, text string) []byte {
		return append([]byte{byte(len(text)), byte(len(text) >> 8), 0, number}, text...)
	}
	m.addr = listen(t, func(conn net.Conn) {
		_, _ = conn.Write(packet(0, "\x0a8.0.0\x00\x01\x00\x00\x0012345678\x00\xff\xf7\x21\x02\x00\xff\xdf\x15"+
			strings.Repeat("\x00", 10)+"123456789012\x00mysql_native_password\x00"))
		said := make([]byte, 1<<10)
		n, err := conn.Read(said)
		if err != nil {
			return
		}
		_, _ = m.Write(said[:n])
		fault := binary.LittleEndian.AppendUint16([]byte{0xff}, code)
		_, _ = conn.Write(packet(2, string(fault)+"#HY000who says "+strings.ToValidUTF8(string(said[4:n]), "?")+"?"))
	})
	return m
}

// mirrorEtcd answers every request with a fault that quotes its bytes, over TLS:
// otherwise no password is sent.
func mirrorEtcd(t *testing.T, authority *servers.Authority) *mirror {
	m := &mirror{name: "etcd"}
	secure, err := credentials.NewServerTLSFromFile(authority.Issue(t))
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(grpc.Creds(secure), grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		var request emptypb.Empty // all of its fields are unknown then
		if err := stream.RecvMsg(&request); err != nil {
			return err
		}
		raw := request.ProtoReflect().GetUnknown()
		_, _ = m.Write(raw)
		return grpcstatus.Errorf(codes.Unknown, "what does %s mean?", strings.ToValidUTF8(string(raw), "?"))
	}))
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	m.addr = listener.Addr().String()
	return m
}

// mirrorDynamoDB quotes the header that names the access key.
func mirrorDynamoDB(t *testing.T, fault string) *mirror {
	m := &mirror{name: "dynamodb " + fault}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		said := r.Header.Get("Authorization")
		_, _ = io.WriteString(m, said)
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]string{
			"__type": "com.amazonaws.dynamodb.v20120810#" + fault, "message": "what is " + said + "?",
		})
	}))
	t.Cleanup(server.Close)
	m.addr = server.Listener.Addr().String()
	return m
}
