package postgres

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// warningsOf opens a backend, and returns what it has to say about that.
func warningsOf(t *testing.T, connection string) (b *backend, texts []string) {
	t.Helper()
	opened, err := Open(sdk.CatchWarnings(context.Background(), func(text string) { texts = append(texts, text) }), Config{Connection: connection})
	if err != nil {
		t.Fatalf("%s: %v", connection, err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	return opened.(*backend), texts
}

// isWarned checks that there is one warning, in one line, with all parts and no
// secret; or none if the first part is "".
func isWarned(t *testing.T, what string, texts []string, parts ...string) {
	t.Helper()
	if parts[0] == "" {
		if len(texts) > 0 {
			t.Errorf("%s: warned of %q", what, texts)
		}
		return
	}
	if len(texts) != 1 || strings.Contains(texts[0], "\n") || strings.Contains(texts[0], secret) {
		t.Errorf("%s: warnings are %q, want one in one line without a secret", what, texts)
		return
	}
	lacks := func(part string) bool { return !strings.Contains(texts[0], part) }
	if i := slices.IndexFunc(parts, lacks); i >= 0 {
		t.Errorf("%s: warning %q does not contain %q", what, texts[0], parts[i])
	}
}

const (
	notEncrypted   = "is not encrypted, so that"
	maybeEncrypted = "may be one without encryption, so that"
	notVerified    = "takes any server's certificate, so that"
	anyHost        = "takes a certificate for any host, so that"
)

// What is verified, and what is warned of, goes by the text alone: whatever
// sslmode the environment names.
func TestWarnsOfWhatOthersCanRead(t *testing.T) {
	ca := servers.NewAuthority(t).File
	t.Setenv("HOME", t.TempDir()) // where there may be a root.crt
	for _, environment := range []string{"", "disable", "prefer", "verify-full", "nonsense"} {
		t.Setenv("PGSSLMODE", environment)
		for connection, says := range map[string]string{
			"postgres://u:s3cr3t@db/locks":                                                    "",
			"postgres://u:p?q@db/locks":                                                       "",
			"postgres://db:1/locks?application_name=x":                                        "",
			"postgres://db/locks?":                                                            "",
			"host=db dbname=locks password='sslmode=disable'":                                 "",
			"postgres://db/locks?sslmode=verify-full":                                         "",
			"postgres://db/locks?sslmode=disable&sslmode=verify-full":                         "",
			"host=db dbname=locks sslmode=verify-full":                                        "",
			"host=db dbname=locks sslmode=require sslrootcert=system":                         "",
			"postgres://localhost/locks?sslmode=disable":                                      "",
			"postgres://u:s3cr3t@127.0.0.2/locks?sslmode=require":                             "",
			"postgres://[::1]/locks?sslmode=prefer":                                           "",
			"host=/run/postgresql dbname=locks sslmode=disable":                               "",
			"host=/run/postgresql,LOCALHOST dbname=locks sslmode=allow":                       "",
			"postgres://u:s3cr3t@db/locks?sslmode=disable":                                    notEncrypted,
			"host=db dbname=locks sslmode = 'disable'":                                        notEncrypted,
			"postgres://127.0.0.1,db/locks?sslmode=disable":                                   notEncrypted,
			"postgres://u:s3cr3t@db/locks?sslmode=allow":                                      maybeEncrypted,
			"host=db dbname=locks password=s3cr3t sslmode=prefer":                             maybeEncrypted,
			"postgres://u:s3cr3t@db/locks?sslmode=require":                                    notVerified,
			"postgres://db/locks?ssl=true":                                                    notVerified,
			"postgres://db/locks?%73slmode=require":                                           notVerified,
			"host=db dbname=locks sslmode=prefer sslnegotiation=direct":                       notVerified,
			"postgres://db/locks?sslmode=verify-ca&sslrootcert=" + ca:                         anyHost,
			"postgres://u:s3cr3t@db,localhost/locks?sslmode=require&sslrootcert=" + ca:        anyHost,
			"host=db dbname=locks password=s3cr3t sslmode=verify-ca sslrootcert='" + ca + "'": anyHost,
		} {
			_, texts := warningsOf(t, connection)
			isWarned(t, connection+", PGSSLMODE="+environment, texts, says, "postgres at db:", `write sslmode=verify-full in "connection"`)
			if strings.Contains(strings.Join(texts, ""), "127.0.0.1") {
				t.Errorf("%s: warned of an address on this machine: %q", connection, texts)
			}
		}
	}
}

func TestEmptyModeIsRefused(t *testing.T) {
	for _, connection := range []string{
		"postgres://db/locks?sslmode=", "postgres://db/locks?sslmode=&application_name=x", "postgres://db/locks?application_name=x&sslmode=",
		"host=db dbname=locks sslmode=", "host=db dbname=locks sslmode=''", "host=db sslmode = '' dbname=locks",
	} {
		_, err := Open(context.Background(), Config{Connection: connection})
		isConfig(t, connection, err, "connection")
		contains(t, err, "sslmode is empty")
	}
}

// elsewhere is the address of a server under a name that is not this machine's.
func elsewhere(t *testing.T, b *backend) *backend {
	t.Helper()
	b.config.LookupFunc = func(context.Context, string) ([]string, error) { return []string{"127.0.0.1"}, nil }
	return b
}

// Without any word about TLS a server has to show that it is the one that is
// meant, whatever the environment says.
func TestVerificationIsTheDefault(t *testing.T) {
	server, ca, _, _ := guarded(t)
	t.Setenv("HOME", t.TempDir())
	at := func(host string) string {
		return "postgres://ops:s3cr3t@" + host + ":" + portOf(server.Addr) + "/postgres"
	}
	for _, environment := range []string{"", "disable", "require"} {
		t.Setenv("PGSSLMODE", environment)
		for connection, parts := range map[string][]string{
			at("db.example.org"):                           {"unknown authority", "sslrootcert=/path/ca.pem", "sslmode=require"},
			at("other.example.org") + "?sslrootcert=" + ca: {"not other.example.org", "must name a host that the server's certificate is for"},
		} {
			b, texts := warningsOf(t, connection)
			isWarned(t, connection, texts, "")
			for name, operate := range everything {
				err := operate(testContext(t), elsewhere(t, b))
				if !errors.Is(err, sdk.ErrUnavailable) {
					t.Errorf("%s: %s, PGSSLMODE=%s: %v", connection, name, environment, err)
				}
				contains(t, err, append(parts, ".example.org:", "x509", `"connection"`)...)
			}
		}
	}
	everyOperation(t, elsewhere(t, openAt(t, Config{Connection: at("db.example.org") + "?sslrootcert=" + ca}).(*backend)), "deploy")
	for mode, says := range map[string]string{
		"require": notVerified, "prefer": maybeEncrypted, "verify-ca&sslrootcert=" + ca: anyHost,
	} {
		b, texts := warningsOf(t, at("other.example.org")+"?sslmode="+mode)
		isWarned(t, mode, texts, says)
		everyOperation(t, elsewhere(t, b), "deploy")
	}
}

// A server without TLS is not spoken to by default either.
func TestServerElsewhereWithoutTLS(t *testing.T) {
	t.Parallel()
	_, _, base := start(t)
	bare, _, _ := strings.Cut(at(t, base, "db.example.org:"+portOf(hostOf(t, base))), "?")
	b, _ := warningsOf(t, bare)
	_, err := elsewhere(t, b).Acquire(testContext(t), want("deploy"))
	if !errors.Is(err, sdk.ErrUnavailable) {
		t.Error(err)
	}
	contains(t, err, "server refused TLS connection", "turn on TLS at the server", "sslmode=disable", `"connection"`)
	b, texts := warningsOf(t, bare+"?sslmode=disable")
	isWarned(t, "disable", texts, notEncrypted)
	everyOperation(t, elsewhere(t, b), "deploy")
}
