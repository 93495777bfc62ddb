package servers

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// redisSays sends one command and returns what was answered.
func redisSays(t *testing.T, addr, command string) string {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	fmt.Fprintf(conn, "%s\r\nQUIT\r\n", command)
	answer, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(string(answer), "+OK\r\n")
}

func TestRedisRestartsWithItsData(t *testing.T) {
	t.Parallel()
	server := Redis(t, "--appendonly", "yes", "--appendfsync", "always")
	redisSays(t, server.Addr, "SET k v")
	before := server.Pid()
	server.Stop()
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	if got := redisSays(t, server.Addr, "GET k"); got != "$1\r\nv\r\n" || server.Pid() == before {
		t.Errorf("after a restart: %q", got)
	}
}

// Unless it is asked to, a Redis keeps nothing.
func TestRedisRestartsEmpty(t *testing.T) {
	t.Parallel()
	server := Redis(t)
	redisSays(t, server.Addr, "SET k v")
	server.Stop()
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	if got := redisSays(t, server.Addr, "GET k"); got != "$-1\r\n" {
		t.Errorf("after a restart: %q", got)
	}
}

func TestPostgresRestartsWithItsData(t *testing.T) {
	t.Parallel()
	server := Postgres(t)
	psql(t, server, "CREATE TABLE seen AS SELECT 42 AS n")
	server.Stop()
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	if got := psql(t, server, "SELECT n FROM seen"); got != "42" {
		t.Errorf("after a restart: %q", got)
	}
	if text, err := os.ReadFile(filepath.Join(server.Dir, "server.log")); err != nil || !bytes.Contains(text, []byte("redo")) {
		t.Errorf("it had not crashed: %s, %v", text, err)
	}
}

// dynamoDBSays makes a request. DynamoDB Local believes any signature.
func dynamoDBSays(t *testing.T, url, operation, body string) string {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.0")
	request.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=none")
	answer, err := (&http.Client{Timeout: 10 * time.Second}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %s, %v", operation, answer.Status, text, err)
	}
	return string(text)
}

const (
	createT = `{"TableName": "t-1", "BillingMode": "PAY_PER_REQUEST",
		"KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}],
		"AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}]}`
	putT = `{"TableName": "t-1", "Item": {"k": {"S": "a"}, "v": {"S": "kept"}}}`
	getT = `{"TableName": "t-1", "Key": {"k": {"S": "a"}}, "ConsistentRead": true}`
)

func TestDynamoDBRestartsWithItsData(t *testing.T) {
	t.Parallel()
	server, err := StartDynamoDBOnDisk(shortDir(t, "dynamodb"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	dynamoDBSays(t, server.URL, "CreateTable", createT)
	dynamoDBSays(t, server.URL, "PutItem", putT)
	server.Stop()
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	if got := dynamoDBSays(t, server.URL, "GetItem", getT); !strings.Contains(got, "kept") {
		t.Errorf("after a restart: %s", got)
	}
}

// A cleanup that was named before a restart stops what runs after it.
func TestRestartedServersAreStopped(t *testing.T) {
	t.Parallel()
	var redis *RedisServer
	var etcd *EtcdServer
	t.Run("use", func(t *testing.T) {
		redis, etcd = Redis(t), Etcd(t)
		for _, server := range []interface {
			Stop()
			Restart() error
		}{redis, etcd} {
			server.Stop()
			if err := server.Restart(); err != nil {
				t.Fatal(err)
			}
		}
	})
	if redis.alive() || etcd.alive() {
		t.Errorf("alive: redis %t, etcd %t", redis.alive(), etcd.alive())
	}
}

func TestLeaderOfAnEtcdCluster(t *testing.T) {
	t.Parallel()
	members := EtcdCluster(t, 3)
	first := leader(t, members)
	first.Stop()
	if second := leader(t, members); second == first {
		t.Fatal("a stopped member leads")
	}
	if err := first.Restart(); err != nil {
		t.Fatal(err)
	}
	leader(t, members)
	for _, m := range members[1:] {
		m.Stop()
	}
	wait(t, "a member alone gives up", func() bool {
		_, err := Leader(members)
		return err != nil
	})
}

// leader waits until a cluster has a leader that says so itself.
func leader(t *testing.T, members []*EtcdServer) (found *EtcdServer) {
	t.Helper()
	wait(t, "there is a leader", func() bool {
		var err error
		found, err = Leader(members)
		return err == nil
	})
	if status, err := found.status(); err != nil || status.Leader != status.Header.Member {
		t.Errorf("the leader says %+v, %v", status, err)
	}
	return found
}

func wait(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !done(); time.Sleep(pollInterval) {
		if time.Now().After(end) {
			t.Fatal("waited in vain until " + what)
		}
	}
}
