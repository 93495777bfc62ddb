package etcd

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/stormlock/stormlock/sdk/bounded"
)

// certificates are the keys that name files.
func (c Config) certificates() map[string]string {
	return map[string]string{"ca_cert": c.CACert, "cert_cert": c.CertCert, "cert_key": c.CertKey}
}

// noCertificates refuses what would be left unused.
func (c Config) noCertificates(because string) error {
	for _, key := range []string{"ca_cert", "cert_cert", "cert_key"} {
		if c.certificates()[key] != "" {
			return misconfigured(key, "would not be used: "+because)
		}
	}
	return nil
}

// tls reads the files. Without ca_cert, the certificates that the system trusts
// vouch for the servers.
func (c Config) tls() (*tls.Config, error) {
	t := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.CACert != "" {
		text, err := readFile("ca_cert", c.CACert)
		if err != nil {
			return nil, err
		}
		t.RootCAs = x509.NewCertPool()
		if !t.RootCAs.AppendCertsFromPEM(text) {
			return nil, misconfigured("ca_cert", "names a file without a certificate in PEM form")
		}
	}
	return t, c.showCertificate(t)
}

func (c Config) showCertificate(t *tls.Config) error {
	switch {
	case c.CertCert == "" && c.CertKey == "":
		return nil
	case c.CertKey == "":
		return misconfigured("cert_key", "is missing, but there is cert_cert")
	case c.CertCert == "":
		return misconfigured("cert_cert", "is missing, but there is cert_key")
	}
	cert, err := readFile("cert_cert", c.CertCert)
	if err != nil {
		return err
	}
	key, err := readFile("cert_key", c.CertKey)
	if err != nil {
		return err
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return misconfigured("cert_cert", "and cert_key do not name a certificate and its key, both in PEM form")
	}
	t.Certificates = []tls.Certificate{pair}
	return nil
}

// mostFile bounds a file of certificates. The authorities that a system trusts
// are a quarter of it.
const mostFile = 1 << 20

// readFile wants the whole path: a relative one would be another file in each
// directory that stormlock is started in.
func readFile(key, path string) ([]byte, error) {
	if !filepath.IsAbs(path) {
		return nil, misconfigured(key, "is not absolute; write the whole path, beginning at the root")
	}
	text, err := bounded.ReadFile(path, mostFile)
	if err != nil {
		return nil, misconfigured(key, "names a file that "+reason(err))
	}
	return text, nil
}

// reason leaves out the path, which somebody may have mistaken for the content.
func reason(err error) string {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return "cannot be read: " + path.Err.Error()
	}
	return err.Error()
}
