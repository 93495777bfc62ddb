package etcd

import (
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// everyOperation uses a lock from beginning to end.
func everyOperation(t *testing.T, b *backend) {
	t.Helper()
	ctx := testContext(t)
	if _, err := b.Setup(ctx, false); err != nil {
		t.Error(err)
	}
	lease := acquire(t, b, want("deploy"))
	if _, err := b.Renew(ctx, lease); err != nil {
		t.Error(err)
	}
	same(t, current(t, b, "deploy"), lease)
	if _, err := b.Acquire(ctx, want("deploy")); !errors.Is(err, sdk.ErrHeld) {
		t.Error(err)
	}
	if got := list(t, b, ""); len(got) != 1 {
		t.Errorf("list shows %q", got)
	}
	release(t, b, lease)
	isFree(t, b, "deploy")
}

func TestTLS(t *testing.T) {
	t.Parallel()
	ca := servers.NewAuthority(t)
	cert, key := ca.Issue(t, "127.0.0.1")
	server := servers.Etcd(t, "--cert-file", cert, "--key-file", key)
	everyOperation(t, openAt(t, Config{Endpoints: server.URL, CACert: ca.File}))

	host, port, _ := net.SplitHostPort(server.Addr)
	everyOperation(t, openAt(t, Config{Host: host, Port: port, CACert: ca.File}))

	otherHost := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	for name, c := range map[string]struct {
		config Config
		parts  []string
	}{
		"unknown authority":    {Config{Endpoints: server.URL, CACert: servers.NewAuthority(t).File}, []string{"unknown authority", `check "ca_cert"`}},
		"system's authorities": {Config{Endpoints: server.URL}, []string{"unknown authority", `check "ca_cert"`}},
		"another name":         {Config{Endpoints: otherHost, CACert: ca.File}, []string{"localhost", `check "ca_cert", and that the server's certificate is for this host`}},
		"no TLS":               {Config{Endpoints: "http://" + server.Addr}, []string{`check "endpoints", and whether it wants TLS`}},
		"no TLS, with host":    {Config{Host: host, Port: port}, []string{`check "host", and whether it wants TLS`}},
	} {
		isUnavailable(t, name, openAt(t, c.config), c.parts...)
	}
}

func isUnavailable(t *testing.T, name string, b *backend, parts ...string) {
	t.Helper()
	for operation, operate := range everything() {
		err := operate(testContext(t), b)
		if !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("%s: %s: %v", name, operation, err)
		}
		contains(t, err, append(parts, b.where)...)
	}
}

func TestClientCertificate(t *testing.T) {
	t.Parallel()
	ca, clients := servers.NewAuthority(t), servers.NewAuthority(t)
	cert, key := ca.Issue(t, "127.0.0.1")
	server := servers.Etcd(t, "--cert-file", cert, "--key-file", key, "--client-cert-auth", "--trusted-ca-file", clients.File)
	cert, key = clients.Issue(t, "ana")
	everyOperation(t, openAt(t, Config{Endpoints: server.URL, CACert: ca.File, CertCert: cert, CertKey: key}))
	isUnavailable(t, "no certificate", openAt(t, Config{Endpoints: server.URL, CACert: ca.File}),
		`check "cert_cert" and "cert_key"`) // the server's own words are sometimes lost with the connection
	cert, key = ca.Issue(t, "ana")
	isUnavailable(t, "another authority's certificate", openAt(t, Config{Endpoints: server.URL, CACert: ca.File, CertCert: cert, CertKey: key}),
		`check "cert_cert" and "cert_key"`)
}

func TestServerWithoutTLS(t *testing.T) {
	t.Parallel()
	url := strings.Replace(servers.SharedEtcd(t), "http://", "https://", 1)
	isUnavailable(t, "TLS", openAt(t, Config{Endpoints: url}), "the server seems not to use TLS", `"endpoints"`)
}
