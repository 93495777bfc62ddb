package servers

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// asks sends what needs no credentials, and returns the status.
func asks(url string, wait time.Duration) (int, error) {
	client := http.Client{Timeout: wait, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(url)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}

func TestDynamoDBPausesResumesStops(t *testing.T) {
	t.Parallel()
	server := DynamoDB(t)
	if got, err := asks(server.URL, time.Second); got != http.StatusBadRequest {
		t.Fatalf("answer: %d, %v", got, err)
	}
	if err := server.Pause(); err != nil {
		t.Fatal(err)
	}
	if got, err := asks(server.URL, 100*time.Millisecond); err == nil {
		t.Errorf("a paused server answered %d", got)
	}
	if err := server.Resume(); err != nil {
		t.Fatal(err)
	}
	if got, err := asks(server.URL, 5*time.Second); got != http.StatusBadRequest {
		t.Errorf("resumed: %d, %v", got, err)
	}
	server.Stop()
	server.Stop()
	if _, err := asks(server.URL, time.Second); err == nil {
		t.Error("a stopped server answered")
	}
}

func TestDynamoDBLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	var server *DynamoDBServer
	t.Run("use", func(t *testing.T) { server = DynamoDB(t) })
	if server.alive() {
		t.Error("the process is alive")
	}
	if _, err := os.Stat(server.log); !os.IsNotExist(err) {
		t.Errorf("%s is left: %v", server.log, err)
	}
}

func TestStartDynamoDBReportsWhatTheServerSaid(t *testing.T) {
	t.Parallel()
	_, err := StartDynamoDB(t.TempDir(), "-noSuchOption")
	if err == nil || !strings.Contains(err.Error(), "noSuchOption") {
		t.Errorf("error = %v", err)
	}
}

// Another server that answers on the port is not taken for this one, which is
// still starting.
func TestDynamoDBKnowsItself(t *testing.T) {
	t.Parallel()
	other := DynamoDB(t)
	log := filepath.Join(t.TempDir(), "server.log")
	if err := os.WriteFile(log, []byte("Initializing DynamoDB Local\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	starting := &DynamoDBServer{process: other.process, Addr: other.Addr, URL: other.URL, log: log}
	if !starting.answers() || starting.hasItsPort() {
		t.Errorf("answers: %t, has its port: %t", starting.answers(), starting.hasItsPort())
	}
}
