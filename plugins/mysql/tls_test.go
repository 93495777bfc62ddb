package mysql

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
	"github.com/stormlock/stormlock/test/servers"
)

// secured starts a server that speaks TLS, with a certificate for names.
func secured(t *testing.T, a *servers.Authority, names ...string) place {
	t.Helper()
	cert, key := a.Issue(t, names...)
	server := servers.MySQL(t, "--ssl-cert="+cert, "--ssl-key="+key, "--ssl-ca="+a.File)
	return databaseAt(t, server.Addr)
}

func TestTLS(t *testing.T) {
	t.Parallel()
	a, other := servers.NewAuthority(t), servers.NewAuthority(t)
	p := secured(t, a)
	cert, key := a.Issue(t, "lock")
	for name, change := range map[string]func(c *Config){
		"authority":   func(c *Config) { c.CACert = a.File },
		"skip-verify": func(c *Config) { c.TLS = "skip-verify" },
		"certificate": func(c *Config) { c.CACert, c.CertCert, c.CertKey = a.File, cert, key },
		"password": func(c *Config) {
			c.CACert = a.File
			c.User, c.Password = "ed", "s3cr3t"
		},
	} {
		conn := connect(t, p)
		run(t, conn, "CREATE OR REPLACE USER ed IDENTIFIED BY 's3cr3t' REQUIRE SSL")
		run(t, conn, "GRANT ALL ON *.* TO ed")
		c := p.config()
		change(&c)
		b := openAt(t, c)
		setup(t, b)
		release(t, b, acquire(t, b, want(name)))
		backendtest.Finds(t, b, sdk.LevelOK, "connection", "with TLS 1.3")
	}
	for name, c := range map[string]struct {
		change func(c *Config)
		says   []string
	}{
		"another authority": {func(c *Config) { c.CACert = other.File }, []string{"unknown authority", `"ca_cert"`}},
		"the system's":      {func(c *Config) { c.TLS = "verify" }, []string{"unknown authority", `"ca_cert"`}},
	} {
		config := p.config()
		c.change(&config)
		for operation, operate := range everything {
			err := operate(testContext(t), openAt(t, config))
			if !errors.Is(err, sdk.ErrUnavailable) {
				t.Errorf("%s: %s: %v", name, operation, err)
			}
			contains(t, err, c.says...)
		}
	}
}

func TestTLSOfAnotherHost(t *testing.T) {
	t.Parallel()
	a := servers.NewAuthority(t)
	c := secured(t, a, "db.example.org").config()
	c.CACert = a.File
	err := everything["current"](testContext(t), openAt(t, c))
	if !errors.Is(err, sdk.ErrUnavailable) {
		t.Error(err)
	}
	contains(t, err, `"host" must be a name`)
}

// A server without TLS is sent nothing of the login.
func TestServerWithoutTLS(t *testing.T) {
	t.Parallel()
	p := database(t)
	c := p.behind(t, servers.Wire{Hold: func(request string) {
		if strings.Contains(request, "someone") {
			t.Errorf("sent in the clear: %q", request)
		}
	}})
	c.TLS, c.User, c.Password = "verify", "someone", "s3cr3t"
	for operation, operate := range everything {
		err := operate(testContext(t), openAt(t, c))
		if !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("%s: %v", operation, err)
		}
		contains(t, err, "does not speak TLS", "tls = disable")
	}
}

func TestLostAnswerOverTLS(t *testing.T) {
	t.Parallel()
	a := servers.NewAuthority(t)
	p := secured(t, a)
	setup(t, openAt(t, p.config()))
	c := p.behind(t, servers.Wire{})
	c.CACert = a.File
	release(t, openAt(t, c), acquire(t, openAt(t, c), want("deploy")))
	granted, unknown := 0, 0
	for n := 1500; n < 7000; n += 200 {
		cut := p.behind(t, servers.Wire{Says: n})
		cut.CACert = a.File
		w := want("deploy")
		_, err := openAt(t, cut).Acquire(testContext(t), w)
		there := strings.Contains(locks(t, connect(t, p)), strings.ToUpper(w.ID))
		certain := err == nil || backendtest.IsCertain(err)
		if certain && there != (err == nil) {
			t.Errorf("cut after %d: it is there: %t, but %v", n, there, err)
		}
		if err == nil {
			granted++
		} else if !certain {
			unknown++
		}
		_ = openAt(t, p.config()).Release(testContext(t), w)
	}
	if granted == 0 {
		t.Errorf("%d granted, %d unknown", granted, unknown)
	}
}

// warningsOf opens a backend, and returns what it has to say about that.
func warningsOf(t *testing.T, c Config) (texts []string) {
	t.Helper()
	b, err := Open(sdk.CatchWarnings(context.Background(), func(text string) { texts = append(texts, text) }), c)
	if err != nil {
		t.Fatalf("%+v: %v", c, err)
	}
	_ = b.Close()
	return texts
}

func TestWarnsOfWhatOthersCanRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ host, mode, says string }{
		{"localhost", "", ""},
		{"127.0.0.1", "disable", ""},
		{"::1", "skip-verify", ""},
		{"/run/mysqld/mysqld.sock", "", ""},
		{"db", "", ""},
		{"db", "verify", ""},
		{"db", "disable", "mysql at db:3306 is not encrypted, so that"},
		{"2001:db8::1", "disable", "mysql at [2001:db8::1]:3306 is not encrypted, so that"},
		{"localhost.example.org", "disable", "is not encrypted, so that"},
		{"db", "skip-verify", "takes any server's certificate, so that"},
	} {
		texts := warningsOf(t, Config{Host: c.host, User: "lock", Password: "s3cr3t", Database: "ops", TLS: c.mode})
		all := strings.Join(texts, "\n")
		if (c.says == "") != (all == "") || !strings.Contains(all, c.says) || strings.Contains(all, "s3cr3t") || len(texts) > 1 {
			t.Errorf("%s, %s: %q", c.host, c.mode, texts)
		}
	}
}

func TestConfigThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty")
	if err := os.WriteFile(empty, []byte("s3cr3t"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		key    string
		change func(c *Config)
	}{
		"no host":              {"host", func(c *Config) { c.Host = "" }},
		"port in host":         {"host", func(c *Config) { c.Host = "db:3306" }},
		"user in host":         {"host", func(c *Config) { c.Host = "lock@db" }},
		"relative socket":      {"host", func(c *Config) { c.Host = "run/mysqld.sock" }},
		"no number":            {"port", func(c *Config) { c.Port = "x" }},
		"port 0":               {"port", func(c *Config) { c.Port = "0" }},
		"port of a socket":     {"port", func(c *Config) { c.Host, c.Port = "/run/x", "3307" }},
		"no user":              {"user", func(c *Config) { c.User = "" }},
		"no database":          {"database", func(c *Config) { c.Database = "" }},
		"quoted database":      {"database", func(c *Config) { c.Database = "a`b" }},
		"database and table":   {"database", func(c *Config) { c.Database = "a.b" }},
		"quote in database":    {"database", func(c *Config) { c.Database = "a'b" }},
		"backslash":            {"database", func(c *Config) { c.Database = `a\` }},
		"long database":        {"database", func(c *Config) { c.Database = strings.Repeat("x", 65) }},
		"upper-case table":     {"table", func(c *Config) { c.Table = "Locks" }},
		"table of a database":  {"table", func(c *Config) { c.Table = "a.b" }},
		"long table":           {"table", func(c *Config) { c.Table = strings.Repeat("x", 59) }},
		"unknown mode":         {"tls", func(c *Config) { c.TLS = "preferred" }},
		"authority unused":     {"tls", func(c *Config) { c.TLS, c.CACert = "disable", empty }},
		"authority not asked":  {"tls", func(c *Config) { c.TLS, c.CACert = "skip-verify", empty }},
		"socket's name":        {"tls", func(c *Config) { c.TLS, c.Host = "verify", "/run/x" }},
		"no certificate":       {"ca_cert", func(c *Config) { c.CACert = empty }},
		"relative certificate": {"ca_cert", func(c *Config) { c.CACert = "s3cr3t" }},
		"missing file":         {"ca_cert", func(c *Config) { c.CACert = "/s3cr3t" }},
		"directory":            {"ca_cert", func(c *Config) { c.CACert = dir }},
		"key alone":            {"cert_cert", func(c *Config) { c.CertKey = empty }},
		"certificate alone":    {"cert_key", func(c *Config) { c.CertCert = empty }},
		"no pair":              {"cert_cert", func(c *Config) { c.CertCert, c.CertKey = empty, empty }},
	} {
		config := Config{Host: "db", User: "lock", Password: "s3cr3t", Database: "ops"}
		c.change(&config)
		_, err := Open(t.Context(), config)
		if wrong, ok := errors.AsType[*sdk.ConfigError](err); !ok || wrong.Key != c.key {
			t.Errorf("%s: %v", name, err)
		} else if contains(t, err); strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s shows it: %v", name, err)
		}
	}
}
