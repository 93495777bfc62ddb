package plugin

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"math/big"
	"time"
)

// clientCertificate is the environment variable with the certificate, in PEM, that
// the host will show, if the two are to know each other by certificates.
const clientCertificate = "PLUGIN_CLIENT_CERT"

// mutualTLS lets in only the host that shows the given certificate, and returns the
// plugin's own, as the first line on stdout has it. Without a certificate there is
// no TLS.
func mutualTLS(hosts string) (settings *tls.Config, own string, err error) {
	if hosts == "" {
		return nil, "", nil
	}
	host := x509.NewCertPool()
	if !host.AppendCertsFromPEM([]byte(hosts)) {
		return nil, "", errors.New("the certificate in " + clientCertificate + " cannot be read")
	}
	certificate, err := selfSigned()
	if err != nil {
		return nil, "", err
	}
	return &tls.Config{
		Certificates: []tls.Certificate{certificate},
		ClientAuth:   tls.RequireAndVerifyClientCert,
		ClientCAs:    host,
		MinVersion:   tls.VersionTLS12,
	}, base64.RawStdEncoding.EncodeToString(certificate.Certificate[0]), nil
}

// selfSigned makes a certificate for one run, of the name that go-plugin's host
// asks for.
func selfSigned() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		DNSNames:     []string{"localhost"},
		NotBefore:    time.Now().Add(-time.Minute),
		NotAfter:     time.Now().AddDate(30, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		IsCA:         true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}
