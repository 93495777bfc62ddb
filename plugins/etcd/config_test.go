package etcd

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// secret marks a password that was written where it does not belong.
const secret = "s3cr3t"

func TestOpenRefusesABadConfiguration(t *testing.T) {
	t.Parallel()
	ca := servers.NewAuthority(t)
	cert, key := ca.Issue(t, "ana")
	_, otherKey := ca.Issue(t, "bob")
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	huge := filepath.Join(t.TempDir(), "huge")
	if err := os.WriteFile(huge, make([]byte, mostFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	tls := Config{Endpoints: "https://h:1"}
	with := func(c Config, change func(*Config)) Config { change(&c); return c }
	for _, c := range []struct {
		config Config
		key    string
		text   string
	}{
		{Config{Endpoints: "h:1"}, "endpoints", "number 1 begins with neither http:// nor https://"},
		{Config{Endpoints: "127.0.0.1:2379"}, "endpoints", "number 1 is not a URL"},
		{Config{Endpoints: "h"}, "endpoints", "neither"},
		{Config{Endpoints: "unix:///x"}, "endpoints", "neither"},
		{Config{Endpoints: "etcd://h:1"}, "endpoints", "neither"},
		{Config{Endpoints: "http://h:1,"}, "endpoints", "number 2 is empty"},
		{Config{Endpoints: ",http://h:1"}, "endpoints", "number 1 is empty"},
		{Config{Endpoints: " "}, "endpoints", "number 1 is empty"},
		{Config{Endpoints: "http://h:1 http://h:2"}, "endpoints", "number 1 is not a URL"},
		{Config{Endpoints: "http://h"}, "endpoints", "names no port"},
		{Config{Endpoints: "http://h:0"}, "endpoints", "names no port"},
		{Config{Endpoints: "http://h:65536"}, "endpoints", "names no port"},
		{Config{Endpoints: "http://h:port"}, "endpoints", "not a URL"},
		{Config{Endpoints: "http://:2379"}, "endpoints", "names no host"},
		{Config{Endpoints: "http://"}, "endpoints", "names no host"},
		{Config{Endpoints: "http:h:1"}, "endpoints", "names no host"},
		{Config{Endpoints: "http://h:1/"}, "endpoints", "something behind the port"},
		{Config{Endpoints: "http://h:1/x"}, "endpoints", "something behind the port"},
		{Config{Endpoints: "http://h:1?"}, "endpoints", "something behind the port"},
		{Config{Endpoints: "http://h:1?x=" + secret}, "endpoints", "something behind the port"},
		{Config{Endpoints: "http://h:1#" + secret}, "endpoints", "something behind the port"},
		{Config{Endpoints: "http://ana:" + secret + "@h:1"}, "endpoints", "holds a user"},
		{Config{Endpoints: "http://:" + secret + "@h:1"}, "endpoints", "holds a user"},
		{Config{Endpoints: "http://ana:" + secret + "h:1"}, "endpoints", "not a URL"},
		{Config{Endpoints: "http://h:1,https://h:2"}, "endpoints", "mix http:// and https://"},
		{Config{Endpoints: "https://h:1,http://h:2"}, "endpoints", "mix http:// and https://"},
		{Config{Endpoints: "http://h:1", Host: "h"}, "endpoints", "together with host or port"},
		{Config{Endpoints: "http://h:1", Port: "1"}, "endpoints", "together with host or port"},
		{Config{Endpoints: "http://h:1", CACert: ca.File}, "ca_cert", "would not be used"},
		{Config{Endpoints: "http://h:1", CertCert: cert}, "cert_cert", "would not be used"},
		{Config{Endpoints: "http://h:1", CertKey: key}, "cert_key", "would not be used"},
		{Config{Host: "http://h"}, "host", "not the name or address of one host"},
		{Config{Host: "h:2379"}, "host", "port has a key of its own"},
		{Config{Host: "h,i"}, "host", "one host"},
		{Config{Host: "ana:" + secret + "@h"}, "host", "one host"},
		{Config{Host: "[::1]"}, "host", "one host"},
		{Config{Port: "0"}, "port", "from 1 to 65535"},
		{Config{Port: "-1"}, "port", "from 1 to 65535"},
		{Config{Port: "65536"}, "port", "from 1 to 65535"},
		{Config{Port: "etcd"}, "port", "from 1 to 65535"},
		{Config{CertCert: cert, CertKey: key}, "cert_cert", "TLS also needs ca_cert"},
		{Config{CACert: "ca.pem"}, "ca_cert", "not absolute"},
		{Config{CACert: "/nowhere/" + secret}, "ca_cert", "cannot be read"},
		{Config{CACert: t.TempDir()}, "ca_cert", "is not a regular file"},
		{Config{CACert: os.DevNull}, "ca_cert", "names a file that is not a regular file"},
		{Config{CACert: huge}, "ca_cert", "names a file that is larger than 1048576 bytes"},
		{with(tls, func(c *Config) { c.CertCert, c.CertKey = huge, key }), "cert_cert", "is larger than 1048576 bytes"},
		{with(tls, func(c *Config) { c.CertCert, c.CertKey = cert, os.DevNull }), "cert_key", "is not a regular file"},
		{Config{CACert: text}, "ca_cert", "without a certificate"},
		{Config{CACert: key}, "ca_cert", "without a certificate"},
		{with(tls, func(c *Config) { c.CertCert = cert }), "cert_key", "is missing"},
		{with(tls, func(c *Config) { c.CertKey = key }), "cert_cert", "is missing"},
		{with(tls, func(c *Config) { c.CertCert, c.CertKey = "c.pem", key }), "cert_cert", "not absolute"},
		{with(tls, func(c *Config) { c.CertCert, c.CertKey = cert, "k.pem" }), "cert_key", "not absolute"},
		{with(tls, func(c *Config) { c.CertCert, c.CertKey = key, cert }), "cert_cert", "do not name a certificate and its key"},
		{with(tls, func(c *Config) { c.CertCert, c.CertKey = cert, otherKey }), "cert_cert", "do not name a certificate and its key"},
		{with(tls, func(c *Config) { c.CertCert, c.CertKey = cert, text }), "cert_cert", "do not name a certificate and its key"},
		{with(tls, func(c *Config) { c.User = "ana" }), "password", "is missing"},
		{with(tls, func(c *Config) { c.Password = secret }), "user", "is missing"},
		{Config{User: "ana", Password: secret}, "password", "in the clear"},
		{Config{Endpoints: "http://h:1", User: "ana", Password: secret}, "password", "in the clear"},
		{Config{Timeout: "0"}, "timeout", "above zero"},
		{Config{Timeout: "-1"}, "timeout", "above zero"},
		{Config{Timeout: "soon"}, "timeout", "number of seconds"},
		{Config{Timeout: "3601"}, "timeout", "up to an hour"},
		{Config{Timeout: "1e99"}, "timeout", "number of seconds"},
		{Config{Timeout: "NaN"}, "timeout", "number of seconds"},
	} {
		_, err := Open(context.Background(), c.config)
		wrong, ok := errors.AsType[*sdk.ConfigError](err)
		if !ok || wrong.Key != c.key {
			t.Errorf("%+v: %v, want a ConfigError of key %q", c.config, err, c.key)
			continue
		}
		contains(t, err, c.text)
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%+v: the secret is shown: %v", c.config, err)
		}
	}
}

func TestWhereTheClusterIs(t *testing.T) {
	t.Parallel()
	ca := servers.NewAuthority(t).File
	for _, c := range []struct {
		config Config
		where  string
	}{
		{Config{}, "http://localhost:2379"},
		{Config{Host: "etcd.internal"}, "http://etcd.internal:2379"},
		{Config{Port: "1234"}, "http://localhost:1234"},
		{Config{Host: "::1", CACert: ca}, "https://[::1]:2379"},
		{Config{Endpoints: "http://a:1"}, "http://a:1"},
		{Config{Endpoints: "https://a:1 , https://[::1]:2,\nhttps://c:3", CACert: ca}, "https://a:1, https://[::1]:2, https://c:3"},
	} {
		if b := openAt(t, c.config); b.where != c.where {
			t.Errorf("%+v is at %s, want %s", c.config, b.where, c.where)
		}
	}
}

func TestTimeoutIsReadInSecondsOrAsADuration(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"": 30 * time.Second, "5": 5 * time.Second, "2.5": 2500 * time.Millisecond, "1m30s": 90 * time.Second, "3600": time.Hour,
	} {
		if got, err := parseTimeout(text); err != nil || got != want {
			t.Errorf("%q: %s, %v; want %s", text, got, err, want)
		}
	}
}

// The environment must not decide which store it is. TestMain has set a proxy;
// Go asks for it once, and leaves it out for addresses of this machine.
func TestProxyOfTheEnvironmentIsNotUsed(t *testing.T) {
	t.Parallel()
	if proxy, err := http.ProxyFromEnvironment(&http.Request{URL: &url.URL{Scheme: "https", Host: "etcd.invalid:2379"}}); proxy == nil || err != nil {
		t.Fatalf("there is no proxy to leave alone: %v, %v", proxy, err)
	}
	b := openAt(t, Config{Endpoints: "http://etcd.invalid:2379"})
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	if _, err := b.Current(ctx, "deploy"); !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("error = %v", err)
	}
	if n := proxied.Load(); n != 0 {
		t.Errorf("%d connections to the proxy", n)
	}
}
