package mysql

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/stormlock/stormlock/sdk/bounded"
)

// What the key tls can say. Taking TLS if the server offers it is not among
// them: whoever is on the way can say that it does not.
const (
	tlsVerify  = "verify"
	tlsAny     = "skip-verify"
	tlsDisable = "disable"
)

// mostFile bounds a file of certificates.
const mostFile = 1 << 20

// protection returns how the connection is protected, nil for not at all.
func (c Config) protection(s server) (*tls.Config, error) {
	mode := cmp.Or(c.TLS, c.defaultMode(s))
	switch {
	case mode != tlsVerify && mode != tlsAny && mode != tlsDisable:
		return nil, configError("tls", "must be %s, %s or %s", tlsVerify, tlsAny, tlsDisable)
	case mode == tlsDisable && c.files():
		return nil, configError("tls", "is %s, so that ca_cert, cert_cert and cert_key would not be used", tlsDisable)
	case mode == tlsAny && c.CACert != "":
		return nil, configError("tls", "is %s, so that ca_cert would not be used", tlsAny)
	case mode == tlsDisable:
		return nil, nil
	case mode == tlsVerify && s.network == "unix":
		return nil, configError("tls", "cannot be %s: a socket has no name that a certificate could be for", tlsVerify)
	}
	protected := &tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12, InsecureSkipVerify: mode == tlsAny}
	if err := c.trust(protected); err != nil {
		return nil, err
	}
	return protected, c.show(protected)
}

// defaultMode is what the silence of the section means. Files that are named are
// meant to be used.
func (c Config) defaultMode(s server) string {
	if s.staysHere() && !c.files() {
		return tlsDisable
	}
	return tlsVerify
}

func (c Config) files() bool { return c.CACert != "" || c.CertCert != "" || c.CertKey != "" }

// trust reads the authorities. Without ca_cert they are the system's.
func (c Config) trust(protected *tls.Config) error {
	if c.CACert == "" {
		return nil
	}
	text, err := certificates("ca_cert", c.CACert)
	if err != nil {
		return err
	}
	protected.RootCAs = x509.NewCertPool()
	if !protected.RootCAs.AppendCertsFromPEM(text) {
		return configError("ca_cert", "names a file without a certificate in PEM form")
	}
	return nil
}

// show reads the certificate of this client, if it has one.
func (c Config) show(protected *tls.Config) error {
	if c.CertCert == "" && c.CertKey == "" {
		return nil
	}
	var pair [2][]byte
	for i, file := range []struct{ key, path string }{{"cert_cert", c.CertCert}, {"cert_key", c.CertKey}} {
		if file.path == "" {
			return configError(file.key, "is missing; cert_cert and cert_key go together")
		}
		var err error
		if pair[i], err = certificates(file.key, file.path); err != nil {
			return err
		}
	}
	own, err := tls.X509KeyPair(pair[0], pair[1])
	if err != nil {
		return configError("cert_cert", "and cert_key are not a certificate and its key, both in PEM form")
	}
	protected.Certificates = []tls.Certificate{own}
	return nil
}

// certificates reads a file. A relative path would be another file in each
// directory; and the text leaves the path out, for somebody may have put there
// what belongs into the file.
func certificates(key, path string) ([]byte, error) {
	if !filepath.IsAbs(path) {
		return nil, configError(key, "is not an absolute path")
	}
	text, err := bounded.ReadFile(path, mostFile)
	if err == nil {
		return text, nil
	}
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, configError(key, "names a file that cannot be read: %s", inner.Err)
	}
	return nil, configError(key, "names a file that %s", err)
}

// exposed says what others on the way to the server can do because the section
// lets them, or nothing.
func (s server) exposed() string {
	what := ""
	switch {
	case s.staysHere():
	case s.secured == nil:
		what = "is not encrypted"
	case s.secured.InsecureSkipVerify:
		what = "takes any server's certificate"
	}
	if what == "" {
		return ""
	}
	return fmt.Sprintf(`the connection to mysql at %s %s, so that others on the way can read the password and forge answers; write tls = %s`, s.where, what, tlsVerify)
}
