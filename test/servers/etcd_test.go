package servers

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// etcdSays asks a member over the HTTP gateway of its client port.
func etcdSays(t *testing.T, server *EtcdServer, path, request string) (string, error) {
	t.Helper()
	client := http.Client{Timeout: time.Second}
	answer, err := client.Post(server.URL+path, "application/json", strings.NewReader(request))
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return string(text), err
}

const (
	putK = `{"key": "aw==", "value": "dg=="}`
	getK = `{"key": "aw=="}`
)

func TestEtcdKeepsWhatItIsTold(t *testing.T) {
	t.Parallel()
	server := Etcd(t)
	if text, err := etcdSays(t, server, "/v3/kv/put", putK); err != nil {
		t.Fatal(text, err)
	}
	server.Stop()
	if _, err := etcdSays(t, server, "/v3/kv/range", getK); err == nil {
		t.Error("a stopped server answered")
	}
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	if text, err := etcdSays(t, server, "/v3/kv/range", getK); err != nil || !strings.Contains(text, "dg==") {
		t.Errorf("after a restart: %s, %v", text, err)
	}
}

func TestEtcdPausesAndResumes(t *testing.T) {
	t.Parallel()
	server := Etcd(t)
	if err := server.Pause(); err != nil {
		t.Fatal(err)
	}
	if text, err := etcdSays(t, server, "/v3/kv/range", getK); err == nil {
		t.Errorf("a paused server answered %q", text)
	}
	if err := server.Resume(); err != nil {
		t.Fatal(err)
	}
	if _, err := etcdSays(t, server, "/v3/kv/range", getK); err != nil {
		t.Error(err)
	}
}

func TestEtcdClusterIsOne(t *testing.T) {
	t.Parallel()
	members := EtcdCluster(t, 3)
	if text, err := etcdSays(t, members[0], "/v3/kv/put", putK); err != nil {
		t.Fatal(text, err)
	}
	for i, m := range members {
		text, err := etcdSays(t, m, "/v3/cluster/member/list", "{}")
		if n := strings.Count(text, `"name"`); err != nil || n != 3 {
			t.Errorf("member %d knows of %d members, %v", i, n, err)
		}
		if text, err := etcdSays(t, m, "/v3/kv/range", getK); err != nil || !strings.Contains(text, "dg==") {
			t.Errorf("member %d: %s, %v", i, text, err)
		}
	}
}

func TestEtcdLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	var server *EtcdServer
	t.Run("use", func(t *testing.T) { server = Etcd(t) })
	if server.alive() {
		t.Error("the process is alive")
	}
	if _, err := os.Stat(server.Dir); !os.IsNotExist(err) {
		t.Errorf("%s is left: %v", server.Dir, err)
	}
}

func TestStartEtcdReportsWhatTheServerSaid(t *testing.T) {
	t.Parallel()
	_, err := StartEtcd(t.TempDir(), "--no-such-option")
	if err == nil || !strings.Contains(err.Error(), "no-such-option") {
		t.Errorf("error = %v", err)
	}
}
