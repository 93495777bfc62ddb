package dynamodb

import (
	"crypto/tls"
	"encoding/pem"
	"net"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk"
)

// tlsBefore starts a front that speaks TLS, and returns a file with the
// certificate of its authority. It is for 127.0.0.1 and example.com.
func tlsBefore(t *testing.T, c Config) (Config, string) {
	t.Helper()
	f := &front{server: c.Endpoint}
	f.Server = httptest.NewUnstartedServer(f)
	f.Config.ErrorLog = silent
	f.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	f.StartTLS()
	t.Cleanup(f.Close)
	c.Endpoint = f.URL
	file := t.TempDir() + "/ca.pem"
	write(t, file, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: f.Certificate().Raw})))
	return c, file
}

func TestTLS(t *testing.T) {
	plain := account(t)
	startAt(t, plain)
	c, authority := tlsBefore(t, plain)

	for name, operate := range everything {
		err := operate(testContext(t), openAt(t, c))
		isKind(t, name, err, sdk.ErrUnavailable)
		contains(t, err, "certificate is not accepted", "unknown authority")
	}
	t.Setenv("AWS_CA_BUNDLE", authority)
	lease := acquire(t, openAt(t, c), want("deploy"))
	isHeld(t, openAt(t, plain), "deploy", lease)

	_, port, _ := net.SplitHostPort(strings.TrimPrefix(c.Endpoint, "https://"))
	c.Endpoint = "https://localhost:" + port
	_, err := openAt(t, c).Acquire(testContext(t), want("other"))
	isKind(t, "wrong name", err, sdk.ErrUnavailable)
	contains(t, err, "certificate is not accepted", "localhost", "example.com")

	c.Endpoint = strings.Replace(plain.Endpoint, "http://", "https://", 1)
	_, err = openAt(t, c).Acquire(testContext(t), want("other"))
	isKind(t, "no TLS", err, sdk.ErrUnavailable)
	contains(t, err, "does not speak TLS")

	t.Setenv("AWS_CA_BUNDLE", authority+".missing")
	_, err = Open(testContext(t), c)
	isKind(t, "no bundle", err, sdk.ErrConfig)
}

// The other way round: a server that expects TLS.
func TestTLSServerAskedWithoutTLS(t *testing.T) {
	t.Parallel()
	c, _ := tlsBefore(t, account(t))
	c.Endpoint = strings.Replace(c.Endpoint, "https://", "http://", 1)
	_, err := openAt(t, c).Acquire(testContext(t), want("deploy"))
	isKind(t, "acquire", err, sdk.ErrUnavailable)
	contains(t, err, "not one of DynamoDB", "400")
}
