package plugin

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net"
	"os"
	"os/exec"
	"testing"

	goplugin "github.com/hashicorp/go-plugin"

	"github.com/stormlock/stormlock/sdk"
)

// TestMain is a plugin where a test started it as one.
func TestMain(m *testing.M) {
	if startedByHost() {
		Serve("answers", func(context.Context, struct{}) (sdk.Backend, error) { return &answers{lease: example()}, nil })
		return
	}
	os.Exit(m.Run())
}

// TestMutualTLS: go-plugin's own host gets an answer from a plugin that it shows a
// certificate, as on Windows.
func TestMutualTLS(t *testing.T) {
	for name, mutual := range map[string]bool{"with certificates": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			host := goplugin.NewClient(&goplugin.ClientConfig{
				HandshakeConfig: Handshake(), Plugins: HostPlugins(), Cmd: exec.Command(os.Args[0]), AutoMTLS: mutual,
				AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC},
			})
			defer host.Kill()
			connection, err := host.Client()
			if err != nil {
				t.Fatal(err)
			}
			client, err := connection.Dispense(Kind)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := client.(*Client).Current(t.Context(), example().Resource); err != nil || got.ID != example().ID {
				t.Errorf("%+v, %v; want the lease", got, err)
			}
		})
	}
}

func TestMutualTLSLetsInNobodyElse(t *testing.T) {
	host, other := certificate(t), certificate(t)
	settings, own, err := mutualTLS(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: host.Certificate[0]})))
	if err != nil {
		t.Fatal(err)
	}
	if err := shakeHands(t, settings, own, host); err != nil {
		t.Errorf("the host: %v", err)
	}
	if err := shakeHands(t, settings, own, other); err == nil {
		t.Error("another certificate was let in")
	}
	if err := shakeHands(t, settings, own); err == nil {
		t.Error("no certificate was let in")
	}
}

func TestCertificateThatCannotBeRead(t *testing.T) {
	if _, _, err := mutualTLS("none"); err == nil {
		t.Error("it was taken")
	}
}

func certificate(t *testing.T) tls.Certificate {
	t.Helper()
	c, err := selfSigned()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// shakeHands returns what the plugin says of a host that shows these certificates
// and trusts the plugin's alone.
func shakeHands(t *testing.T, settings *tls.Config, own string, shown ...tls.Certificate) error {
	t.Helper()
	der, err := base64.RawStdEncoding.DecodeString(own)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	trusted := x509.NewCertPool()
	trusted.AddCert(parsed)
	here, there := net.Pipe()
	defer here.Close()
	defer there.Close()
	go func() {
		host := tls.Client(there, &tls.Config{RootCAs: trusted, ServerName: "localhost", Certificates: shown, MinVersion: tls.VersionTLS12})
		_ = host.Handshake()
		_, _ = host.Read(make([]byte, 1))
	}()
	return tls.Server(here, settings).HandshakeContext(t.Context())
}
