package main

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stormlock/stormlock/test/servers"
)

// TestEtcdScripts runs testdata/etcd against a real server each.
func TestEtcdScripts(t *testing.T) {
	runScripts(t, "testdata/etcd", func(env *testscript.Env) error {
		server, err := startEtcd(env, "etcd")
		if err != nil {
			return err
		}
		env.Values["etcd"] = server
		return os.WriteFile(env.Getenv("HOME")+"/.stormlock.cfg", []byte(fmt.Sprintf(etcdConfig, server.URL)), 0o600)
	}, map[string]command{"etcd": etcdCommand})
}

const etcdConfig = `[default]
backend = etcd
principal = ana@ops
ttl = 5 minutes

[backend.etcd]
endpoints = %s
`

func startEtcd(env *testscript.Env, name string, args ...string) (*servers.EtcdServer, error) {
	dir := env.Getenv("WORK") + "/." + name
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	server, err := servers.StartEtcd(dir, args...)
	if err == nil {
		env.Defer(server.Stop)
	}
	return server, err
}

// etcd does something to the script's server: stop, pause, resume; put KEY
// VALUE; keys PREFIX, which prints them with their values; leases COUNT, which
// checks how many there are; or grant ID, which adds one.
func etcdCommand(ts *testscript.TestScript, _ bool, args []string) {
	server := ts.Value("etcd").(*servers.EtcdServer)
	if control(ts, server, args[0]) {
		return
	}
	switch args[0] {
	case "put":
		ask(ts, server, "/v3/kv/put", map[string]any{"key": []byte(args[1]), "value": []byte(args[2])})
	case "keys":
		printKeys(ts, server, args[1])
	case "grant":
		id, err := strconv.ParseInt(args[1], 16, 64)
		ts.Check(err)
		ask(ts, server, "/v3/lease/grant", map[string]any{"ID": id, "TTL": 1000})
	case "leases":
		answer := ask(ts, server, "/v3/lease/leases", struct{}{})
		if n := len(answer.Leases); strconv.Itoa(n) != args[1] {
			ts.Fatalf("the server has %d leases, want %s", n, args[1])
		}
	default:
		ts.Fatalf("unknown: %s", args[0])
	}
}

func printKeys(ts *testscript.TestScript, server *servers.EtcdServer, prefix string) {
	end := []byte(prefix)
	end[len(end)-1]++
	answer := ask(ts, server, "/v3/kv/range", map[string]any{"key": []byte(prefix), "range_end": end})
	for _, kv := range answer.KVs {
		fmt.Fprintf(ts.Stdout(), "%s=%s\n", kv.Key, kv.Value)
	}
}

// An etcdAnswer is what the gateway says, as far as scripts care.
type etcdAnswer struct {
	KVs    []struct{ Key, Value []byte }
	Leases []struct{ ID string }
}

// ask uses the gateway to etcd's requests, which are JSON there.
func ask(ts *testscript.TestScript, server *servers.EtcdServer, path string, request any) (answer etcdAnswer) {
	text, err := json.Marshal(request)
	ts.Check(err)
	ts.Check(postEtcd(http.DefaultClient, server.URL+path, text, &answer))
	return answer
}

func postEtcd(client *http.Client, url string, text []byte, into any) error {
	answer, err := client.Post(url, "application/json", bytes.NewReader(text))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s, %v", url, said, err)
	}
	return json.Unmarshal(said, into)
}

// TestEtcdGuardedScripts runs testdata/etcd-guarded against a server with TLS and
// a user "lock" who may use the keys that begin with /locks/.
func TestEtcdGuardedScripts(t *testing.T) {
	runScripts(t, "testdata/etcd-guarded", func(env *testscript.Env) error {
		authority := servers.NewAuthority(t)
		cert, key := authority.Issue(t)
		server, err := startEtcd(env, "etcd", "--cert-file", cert, "--key-file", key, "--bcrypt-cost", "4")
		if err != nil {
			return err
		}
		env.Setenv("LOCK_PASSWORD", "sesame")
		if err := guardEtcd(server.URL, "sesame"); err != nil {
			return err
		}
		return writeEtcdConfigs(env, server, authority.File)
	}, nil)
}

// guardEtcd adds users, of which lock has a password, and then has the server ask
// for them.
func guardEtcd(url, password string) error {
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	for _, step := range [][2]string{
		{"user/add", `{"name": "root", "password": "root"}`},
		{"role/add", `{"name": "root"}`},
		{"user/grant", `{"user": "root", "role": "root"}`},
		{"user/add", `{"name": "lock", "password": "` + password + `"}`},
		{"role/add", `{"name": "lock"}`},
		{"role/grant", `{"name": "lock", "perm": {"permType": "READWRITE", "key": "L2xvY2tzLw==", "range_end": "L2xvY2tzMA=="}}`},
		{"user/grant", `{"user": "lock", "role": "lock"}`},
		{"enable", `{}`},
	} {
		if err := postEtcd(client, url+"/v3/auth/"+step[0], []byte(step[1]), new(struct{})); err != nil && !strings.Contains(err.Error(), "role name already exists") {
			return err
		}
	}
	return nil
}

func writeEtcdConfigs(env *testscript.Env, server *servers.EtcdServer, ca string) error {
	lines := func(prefix string, others ...string) []string {
		return append([]string{"endpoints = " + server.URL, "prefix = " + prefix}, others...)
	}
	return writeConfigs(env, "etcd", "ttl = 5m", map[string][]string{
		"right":    lines("/locks/", "ca_cert = "+ca, "user = lock", "password_env = LOCK_PASSWORD"),
		"wrong":    lines("/locks/", "ca_cert = "+ca, "user = lock", "password = hunter2"),
		"nobody":   lines("/locks/", "ca_cert = "+ca),
		"outside":  lines("/elsewhere/", "ca_cert = "+ca, "user = lock", "password = sesame"),
		"noca":     lines("/locks/", "user = lock", "password = sesame"),
		"halfuser": lines("/locks/", "ca_cert = "+ca, "user = lock"),
	})
}
