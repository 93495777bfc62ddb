package etcd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/mvccpb"
	"google.golang.org/grpc"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// An attacker stands before a server, and answers one kind of request by itself,
// once the server has carried it out.
type attacker struct {
	pb.UnimplementedKVServer
	to     pb.KVClient
	kind   string
	forged *pb.TxnResponse
}

func (a attacker) Txn(ctx context.Context, request *pb.TxnRequest) (*pb.TxnResponse, error) {
	answer, err := a.to.Txn(ctx, request)
	if kind(request) == a.kind {
		return a.forged, nil
	}
	return answer, err
}

func hugeAnswer() *pb.TxnResponse {
	value := &mvccpb.KeyValue{Value: make([]byte, mostAnswer)}
	found := &pb.ResponseOp_ResponseRange{ResponseRange: &pb.RangeResponse{Kvs: []*mvccpb.KeyValue{value}}}
	return &pb.TxnResponse{Responses: []*pb.ResponseOp{{Response: found}}}
}

func attack(t *testing.T, to *backend, kind string, forged *pb.TxnResponse) *backend {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(grpc.MaxSendMsgSize(2 * mostAnswer))
	pb.RegisterKVServer(server, attacker{to: to.kv, kind: kind, forged: forged})
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	attacked := openAt(t, Config{Endpoints: "http://" + listener.Addr().String(), Prefix: to.prefix})
	attacked.leases = to.leases
	return attacked
}

func TestFloodIsAFaultAtOnce(t *testing.T) {
	t.Parallel()
	straight, _ := start(t)
	isForged(t, attack(t, straight, "read", hugeAnswer()), "the server's answer is too large")
	// What a request did that can change a lock is not known then.
	asked := want("deploy")
	var err error
	within(t, 15*time.Second, func() { err = attack(t, straight, "void", hugeAnswer()).Release(testContext(t), asked) })
	isUnknown(t, "void", err)
	contains(t, err, "the server's answer is too large")
	// Unless the store tells afterwards.
	within(t, 15*time.Second, func() { _, err = attack(t, straight, "take", hugeAnswer()).Acquire(testContext(t), asked) })
	if err != nil {
		t.Errorf("take: %v", err)
	}
	release(t, straight, asked)
}

// An answer that lacks a part says nothing of what is there.
func TestIncompleteAnswer(t *testing.T) {
	t.Parallel()
	straight, _ := start(t)
	for _, forged := range []*pb.TxnResponse{{}, {Responses: []*pb.ResponseOp{{}}}} {
		isForged(t, attack(t, straight, "read", forged), "a part of the answer is missing")
		err := attack(t, straight, "void", forged).Release(testContext(t), want("deploy"))
		isUnknown(t, "void", err)
		contains(t, err, "a part of the answer is missing")
	}
}

// isForged checks that no operation takes long, or leaves a doubt, whose first
// look is answered by an attacker.
func isForged(t *testing.T, b *backend, says string) {
	t.Helper()
	for operation, call := range operations(want("deploy").ID) {
		var err error
		within(t, 15*time.Second, func() { err = call(testContext(t), b) })
		if !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("%s: %v", operation, err)
		}
		contains(t, err, "etcd at http://127.0.0.1:", says, `"endpoints"`)
	}
}

// The header of an answer has a bound of its own. What is far beyond it gRPC does
// not read to the end.
func TestFloodOfHeaders(t *testing.T) {
	t.Parallel()
	for size, says := range map[int]string{
		mostHeader + 1: "the server's answer is too large", 10 * mostHeader: "PROTOCOL_ERROR",
	} {
		flood := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/grpc")
			for i := range size / 1024 {
				w.Header().Set(fmt.Sprintf("flood-%d", i), strings.Repeat("x", 1024))
			}
		}))
		flood.Config.Protocols = new(http.Protocols)
		flood.Config.Protocols.SetUnencryptedHTTP2(true)
		flood.Start()
		t.Cleanup(flood.Close)
		isForged(t, openAt(t, Config{Endpoints: flood.URL}), says)
	}
}

// A server of another kind that sends without end.
func TestFloodOfBytes(t *testing.T) {
	t.Parallel()
	addr := servers.Listen(t, func(conn net.Conn) {
		defer conn.Close()
		_, _ = io.Copy(conn, endless{})
	})
	b := openAt(t, Config{Endpoints: "http://" + addr})
	var err error
	within(t, 15*time.Second, func() { _, err = b.Acquire(testContext(t), want("deploy")) })
	if !errors.Is(err, sdk.ErrUnavailable) {
		t.Error(err)
	}
	contains(t, err, "the server does not answer as etcd does")
}

type endless struct{}

func (endless) Read(b []byte) (int, error) { return copy(b, bytes.Repeat([]byte("x"), len(b))), nil }
