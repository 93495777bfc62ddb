package redis

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// speakTLS are the arguments by which a server speaks TLS at a port, and asks
// its clients for certificates or not. It is 127.0.0.1 unless it has a name.
func speakTLS(t *testing.T, a *servers.Authority, port, clients string, names ...string) []string {
	t.Helper()
	cert, key := a.Issue(t, names...)
	return []string{
		"--tls-port", port, "--tls-cert-file", cert, "--tls-key-file", key,
		"--tls-ca-cert-file", a.File, "--tls-auth-clients", clients,
	}
}

// unusedPort is one that nobody listens on now.
func unusedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return port
}

// refusal is a configuration with which no connection comes about, and what is
// said about it.
type refusal struct {
	config Config
	parts  []string
}

func (r refusal) check(t *testing.T) {
	t.Helper()
	b := openAt(t, r.config)
	for name, operate := range everything {
		err := operate(testContext(t), b)
		if !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("%+v: %s: %v", r.config, name, err)
		}
		contains(t, err, r.parts...)
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	a, port := servers.NewAuthority(t), unusedPort(t)
	server := servers.Redis(t, speakTLS(t, a, port, "no")...)
	url := "rediss://127.0.0.1:" + port
	everyOperation(t, openAt(t, Config{URL: url, CACert: a.File}), "deploy")
	everyOperation(t, openAt(t, Config{URL: url + "?skip_verify=true"}), "deploy")
	must(t, client(t, server).FlushAll(testContext(t)))

	for name, r := range map[string]refusal{
		"system's authorities": {Config{URL: url}, []string{"unknown authority", `"ca_cert"`}},
		"another authority":    {Config{URL: url, CACert: servers.NewAuthority(t).File}, []string{"unknown authority", `"ca_cert"`}},
		"another name": {
			Config{URL: "rediss://localhost:" + port, CACert: a.File},
			[]string{"certificate is not valid for any names, but wanted to match localhost", `"url" must name a host`},
		},
		"without TLS": {Config{URL: "redis://127.0.0.1:" + port}, []string{"127.0.0.1:" + port, `"url"`, "rediss://"}},
	} {
		t.Run(name, r.check)
	}
	if n := must(t, client(t, server).DBSize(testContext(t))); n != 0 {
		t.Errorf("%d keys were written", n)
	}
}

func TestTLSWithClientCertificates(t *testing.T) {
	t.Parallel()
	a, port := servers.NewAuthority(t), unusedPort(t)
	server := servers.Redis(t, speakTLS(t, a, port, "yes")...)
	cert, key := a.Issue(t)
	strangeCert, strangeKey := servers.NewAuthority(t).Issue(t)
	url := "rediss://127.0.0.1:" + port
	everyOperation(t, openAt(t, Config{URL: url, CACert: a.File, CertCert: cert, CertKey: key}), "deploy")
	must(t, client(t, server).FlushAll(testContext(t)))

	t.Run("none", refusal{Config{URL: url, CACert: a.File}, []string{`"cert_cert"`}}.check)
	t.Run("a strange one", refusal{
		Config{URL: url, CACert: a.File, CertCert: strangeCert, CertKey: strangeKey}, []string{`"cert_cert"`},
	}.check)
	if n := must(t, client(t, server).DBSize(testContext(t))); n != 0 {
		t.Errorf("%d keys were written", n)
	}
}

// Redis takes the beginning of TLS for a command that is not complete yet, and
// says nothing.
func TestTLSToAPortWithoutIt(t *testing.T) {
	t.Parallel()
	_, _, server := start(t)
	_, err := openAt(t, Config{URL: "rediss://" + server.Addr}).Acquire(testContext(t), want("deploy"))
	if !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("error = %v", err)
	}
	contains(t, err, "no answer in time", "does not seem to speak TLS", `"url"`)
}

// Another kind of server answers with something else.
func TestTLSToAServerOfAnotherKind(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		if conn, err := listener.Accept(); err == nil {
			fmt.Fprint(conn, "220 mail.example.org ESMTP\r\n")
			_ = conn.Close()
		}
	}()
	_, err = openAt(t, Config{URL: "rediss://" + listener.Addr().String()}).Acquire(testContext(t), want("deploy"))
	if !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("error = %v", err)
	}
	contains(t, err, "does not seem to speak TLS", `"url"`)
}

// Sentinel names the primary's TLS port, and is spoken to in TLS itself. Wherever
// it says that the primary is, the certificate must be for the host in the URL,
// as the Sentinel's must.
func TestTLSBehindSentinel(t *testing.T) {
	t.Parallel()
	a, port, watching := servers.NewAuthority(t), unusedPort(t), unusedPort(t)
	servers.Redis(t, speakTLS(t, a, port, "yes", "localhost")...)
	lines := []string{"tls-replication yes"}
	for args := speakTLS(t, a, watching, "yes", "localhost"); len(args) > 0; args = args[2:] {
		lines = append(lines, args[0][2:]+" "+args[1])
	}
	startSentinel(t, "127.0.0.1:"+port, 1, lines...)
	cert, key := a.Issue(t)
	c := Config{URL: "rediss://localhost:" + watching + "?master_name=locks", Mode: "sentinel", CACert: a.File, CertCert: cert, CertKey: key}
	everyOperation(t, openAt(t, c), "deploy")
	strange, misnamed := c, c
	strange.CACert = ""
	misnamed.URL = strings.Replace(c.URL, "localhost", "127.0.0.1", 1)
	t.Run("system's authorities", refusal{strange, []string{"(sentinel localhost:" + watching, "unknown authority", `"ca_cert"`}}.check)
	t.Run("another name", refusal{misnamed, []string{"(sentinel 127.0.0.1:" + watching, "certificate", `"url" must name a host`}}.check)
}

// So it is in a cluster.
func TestTLSInACluster(t *testing.T) {
	t.Parallel()
	a, port := servers.NewAuthority(t), unusedPort(t)
	node := startClusterNode(t, append(speakTLS(t, a, port, "yes", "localhost"), "--tls-cluster", "yes")...)
	must(t, client(t, node).ClusterAddSlotsRange(testContext(t), 0, slots-1))
	eventually(t, 20*time.Second, "the cluster comes up", func() bool {
		return strings.Contains(must(t, client(t, node).ClusterInfo(testContext(t))), "cluster_state:ok")
	})
	cert, key := a.Issue(t)
	c := Config{URL: "rediss://localhost:" + port, Mode: "cluster", CACert: a.File, CertCert: cert, CertKey: key}
	everyOperation(t, openAt(t, c), "deploy")
	strange, misnamed := c, c
	strange.CACert = ""
	misnamed.URL = strings.Replace(c.URL, "localhost", "127.0.0.1", 1)
	t.Run("system's authorities", refusal{strange, []string{"unknown authority", `"ca_cert"`}}.check)
	t.Run("another name", refusal{misnamed, []string{"certificate", `"url" must name a host`}}.check)
}

// The system's authorities can be extended without a key of ours. They are read
// once in a process, so this takes another one: this test, run again.
func TestTLSWithTheSystemsAuthorities(t *testing.T) {
	if url := os.Getenv("TEST_SYSTEM_AUTHORITIES"); url != "" {
		everyOperation(t, openAt(t, Config{URL: url}), "deploy")
		return
	}
	t.Parallel()
	a, port := servers.NewAuthority(t), unusedPort(t)
	servers.Redis(t, speakTLS(t, a, port, "no")...)
	again := exec.Command(os.Args[0], "-test.run=^TestTLSWithTheSystemsAuthorities$", "-test.v")
	again.Env = append(os.Environ(), "TEST_SYSTEM_AUTHORITIES=rediss://127.0.0.1:"+port, "SSL_CERT_FILE="+a.File)
	if text, err := again.CombinedOutput(); err != nil || !strings.Contains(string(text), "--- PASS") {
		t.Errorf("%v: %s", err, text)
	}
}

func TestOpenRefusesABadTrust(t *testing.T) {
	a := servers.NewAuthority(t)
	cert, key := a.Issue(t)
	_, otherKey := a.Issue(t)
	const url = "rediss://127.0.0.1:1"
	none := filepath.Join(t.TempDir(), "none")
	huge := writeFile(t, make([]byte, mostFile+1))
	for _, c := range []struct {
		config Config
		key    string
		text   string
	}{
		{Config{URL: url, CACert: "s3cr3t/ca.pem"}, "ca_cert", "not an absolute path"},
		{Config{URL: url, CACert: none}, "ca_cert", none},
		{Config{URL: url, CACert: key}, "ca_cert", "no certificate"},
		{Config{URL: url, CACert: os.DevNull}, "ca_cert", os.DevNull + " is not a regular file"},
		{Config{URL: url, CACert: t.TempDir()}, "ca_cert", "is not a regular file"},
		{Config{URL: url, CACert: huge}, "ca_cert", huge + " is larger than 1048576 bytes"},
		{Config{URL: url, CertCert: huge, CertKey: key}, "cert_cert", "is larger than 1048576 bytes"},
		{Config{URL: url, CertCert: cert, CertKey: os.DevNull}, "cert_key", "is not a regular file"},
		{Config{URL: url + "?skip_verify=true", CACert: a.File}, "url", `"ca_cert" would mean nothing`},
		{Config{URL: "redis://127.0.0.1:1", CACert: a.File}, "ca_cert", "rediss://"},
		{Config{URL: "unix:///nowhere", CACert: a.File}, "ca_cert", "rediss://"},
		{Config{CACert: a.File}, "ca_cert", "rediss://"},
		{Config{CertCert: cert, CertKey: key}, "cert_cert", "rediss://"},
		{Config{URL: url, CertCert: cert}, "cert_cert", "cert_key"},
		{Config{URL: url, CertKey: key}, "cert_key", "cert_cert"},
		{Config{URL: url, CertCert: none, CertKey: key}, "cert_cert", none},
		{Config{URL: url, CertCert: cert, CertKey: "s3cr3t"}, "cert_key", "not an absolute path"},
		{Config{URL: url, CertCert: cert, CertKey: otherKey}, "cert_key", "does not match"},
		{Config{URL: url, CertCert: cert, CertKey: writeFile(t, []byte("s3cr3t"))}, "cert_key", "PEM"},
	} {
		for _, mode := range []string{"single", "sentinel", "cluster"} {
			c.config.Mode = mode
			if mode == "sentinel" && c.config.URL != "" {
				c.config.URL = withMaster(c.config.URL)
			}
			if mode != "single" && strings.HasPrefix(c.config.URL, "unix") || mode == "cluster" && strings.Contains(c.config.URL, "skip_verify") {
				continue // not known there at all
			}
			_, err := Open(testContext(t), c.config)
			isConfig(t, err, c.key)
			contains(t, err, c.text)
			if strings.Contains(fmt.Sprint(err), "s3cr3t") {
				t.Errorf("the value is shown: %v", err)
			}
		}
	}
}

func withMaster(url string) string {
	if strings.Contains(url, "?") {
		return url + "&master_name=locks"
	}
	return url + "?master_name=locks"
}
