package redis

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/bounded"
)

// A trust is what the section says about TLS beside the URL: whom to believe,
// and what to show. The zero value leaves both to the system.
type trust struct {
	authorities *x509.CertPool
	own         []tls.Certificate
}

// loadTrust reads the files that the section names.
func loadTrust(c Config) (t trust, err error) {
	if c.CACert != "" {
		if t.authorities, err = loadAuthorities(c.CACert); err != nil {
			return trust{}, &sdk.ConfigError{Key: "ca_cert", Message: err.Error()}
		}
	}
	switch {
	case c.CertCert == "" && c.CertKey == "":
		return t, nil
	case c.CertCert == "":
		return trust{}, &sdk.ConfigError{Key: "cert_key", Message: "needs cert_cert beside it"}
	case c.CertKey == "":
		return trust{}, &sdk.ConfigError{Key: "cert_cert", Message: "needs cert_key beside it"}
	}
	t.own, err = loadOwn(c.CertCert, c.CertKey)
	return t, err
}

func loadAuthorities(path string) (*x509.CertPool, error) {
	text, err := readFile(path)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, errors.New(path + " holds no certificate in PEM form")
	}
	return pool, nil
}

func loadOwn(cert, key string) ([]tls.Certificate, error) {
	certText, err := readFile(cert)
	if err != nil {
		return nil, &sdk.ConfigError{Key: "cert_cert", Message: err.Error()}
	}
	keyText, err := readFile(key)
	if err != nil {
		return nil, &sdk.ConfigError{Key: "cert_key", Message: err.Error()}
	}
	pair, err := tls.X509KeyPair(certText, keyText)
	if err != nil {
		return nil, &sdk.ConfigError{Key: "cert_key", Message: "is not the PEM key of the certificate in cert_cert: " + strings.TrimPrefix(err.Error(), "tls: ")}
	}
	return []tls.Certificate{pair}, nil
}

// mostFile bounds a file of certificates. The authorities that a system trusts
// are a quarter of it.
const mostFile = 1 << 20

// readFile takes absolute paths alone, for the working directory is not the
// same for all operators. What is not one is not repeated: it may be a secret
// under the wrong key.
func readFile(path string) ([]byte, error) {
	if !filepath.IsAbs(path) {
		return nil, errors.New("is not an absolute path")
	}
	text, err := bounded.ReadFile(path, mostFile)
	if _, named := errors.AsType[*fs.PathError](err); err != nil && !named {
		err = fmt.Errorf("%s %w", path, err)
	}
	return text, err
}

// key names a key of the section that has no effect without TLS, if one is set.
func (t trust) key() string {
	switch {
	case t.authorities != nil:
		return "ca_cert"
	case t.own != nil:
		return "cert_cert"
	}
	return ""
}

// into adds to what a URL says about TLS. Without TLS that is nothing.
func (t trust) into(c *tls.Config) error {
	if c == nil {
		return nil
	}
	if c.InsecureSkipVerify && t.authorities != nil {
		return errSkipVerify
	}
	c.RootCAs, c.Certificates, c.MinVersion = t.authorities, t.own, tls.VersionTLS12
	return nil
}

// advice says what to do about a connection that did not come about.
func advice(err error) string {
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	_, misnamed := errors.AsType[x509.HostnameError](err)
	_, garbled := errors.AsType[tls.RecordHeaderError](err)
	_, shaking := errors.AsType[*handshakeError](err)
	switch {
	case errors.Is(err, bounded.ErrFlood):
		return `"url" does not seem to lead to a Redis server`
	case unknown:
		return `give the certificate of the server's authority in "ca_cert"`
	case misnamed:
		return `"url" must name a host that the server's certificate is for`
	case garbled, shaking && errors.Is(err, context.DeadlineExceeded):
		return `the server does not seem to speak TLS there; give its TLS port in "url", or write redis://`
	case strings.Contains(err.Error(), "remote error: tls"):
		return `the server does not accept the certificate in "cert_cert", or wants one`
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return `check that "url" is right; a server that wants TLS (rediss://) or a certificate ("cert_cert") hangs up like this`
	}
	return `check that the server is up and that "url" is right`
}
