package postgres

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// install gives a server a file in its data directory.
func install(t *testing.T, server *servers.PostgresServer, name, content string) {
	t.Helper()
	file := filepath.Join(server.Dir, "data", name)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := server.GiveToPostgres(file); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

const strictHBA = `
hostssl all cert 127.0.0.1/32 cert
hostssl all ops 127.0.0.1/32 scram-sha-256
host all postgres 127.0.0.1/32 trust
local all ops scram-sha-256
`

// guarded starts a server with TLS that wants passwords or certificates, of
// the user ops with the password s3cr3t. It returns the files of the authority
// and of the user cert's certificate and key.
func guarded(t *testing.T) (server *servers.PostgresServer, ca, cert, key string) {
	t.Helper()
	b, conn, server := own(t)
	lease := acquire(t, b, want("data"))
	authority := servers.NewAuthority(t)
	serverCert, serverKey := authority.Issue(t, "127.0.0.1", "db.example.org")
	cert, key = authority.Issue(t, "cert")
	install(t, server, "server.crt", read(t, serverCert))
	install(t, server, "server.key", read(t, serverKey))
	install(t, server, "authority.crt", read(t, authority.File))
	install(t, server, "pg_hba.conf", strictHBA)
	for _, sql := range []string{
		"CREATE ROLE ops LOGIN PASSWORD 's3cr3t'", "CREATE ROLE cert LOGIN",
		"GRANT SELECT, INSERT, UPDATE, DELETE ON stormlock, stormlock_fence TO ops, cert",
		"ALTER SYSTEM SET ssl_ca_file = 'authority.crt'", "ALTER SYSTEM SET ssl = on", "SELECT pg_reload_conf()",
	} {
		run(t, conn, sql)
	}
	eventually(t, 20*time.Second, "TLS is on", func() bool { return hasTLS(t, server) })
	release(t, b, lease)
	return server, authority.File, cert, key
}

func hasTLS(t *testing.T, server *servers.PostgresServer) bool {
	conn, err := pgx.Connect(testContext(t), "postgres://postgres@"+server.Addr+"/postgres?sslmode=require")
	if err != nil {
		return false
	}
	return conn.Close(testContext(t)) == nil
}

func TestTLSAndAuthentication(t *testing.T) {
	t.Parallel()
	server, ca, cert, key := guarded(t)
	otherCA := servers.NewAuthority(t).File
	verified := "/postgres?sslmode=verify-full&sslrootcert=" + ca
	atHost := func(host string) string { return host + ":" + portOf(server.Addr) }

	for name, connection := range map[string]string{
		"URL":                  "postgresql://ops:s3cr3t@" + server.Addr + verified,
		"keywords":             "host=127.0.0.1 port=" + portOf(server.Addr) + " dbname=postgres user=ops password='s3cr3t' sslmode=verify-full sslrootcert='" + ca + "'",
		"without verification": "postgres://ops:s3cr3t@" + server.Addr + "/postgres?sslmode=require",
		"by default":           "postgres://ops:s3cr3t@" + server.Addr + "/postgres",
		"bound to the channel": "postgres://ops:s3cr3t@" + server.Addr + verified + "&channel_binding=require",
		"certificate":          "postgres://cert@" + server.Addr + verified + "&sslcert=" + cert + "&sslkey=" + key,
		"unix socket":          "postgres://ops:s3cr3t@" + strings.ReplaceAll(server.Dir, "/", "%2F") + ":" + portOf(server.Addr) + "/postgres",
		"unix socket, keys":    "host=" + server.Dir + " port=" + portOf(server.Addr) + " dbname=postgres user=ops password=s3cr3t",
	} {
		t.Run(name, func(t *testing.T) { everyOperation(t, openAt(t, Config{Connection: connection}), "deploy") })
	}

	for name, c := range map[string]struct {
		connection string
		kind       error
		text       string
	}{
		"wrong password":    {"postgres://ops:wr0ng@" + server.Addr + verified, sdk.ErrRefused, "28P01"},
		"no password":       {"postgres://ops@" + server.Addr + verified, sdk.ErrRefused, "28P01"},
		"unknown user":      {"postgres://nobody:wr0ng@" + server.Addr + verified, sdk.ErrRefused, "28000"},
		"socket, wrong":     {"host=" + server.Dir + " port=" + portOf(server.Addr) + " dbname=postgres user=ops password=wr0ng", sdk.ErrRefused, "28P01"},
		"no certificate":    {"postgres://cert:wr0ng@" + server.Addr + verified, sdk.ErrRefused, "28000"},
		"TLS is off":        {"postgres://ops:wr0ng@" + server.Addr + "/postgres?sslmode=disable", sdk.ErrRefused, "no encryption"},
		"unknown database":  {"postgres://ops:s3cr3t@" + server.Addr + "/wr0ng" + verified[len("/postgres"):], sdk.ErrConfig, "does not exist"},
		"another's name":    {"postgres://ops:wr0ng@" + atHost("localhost") + verified, sdk.ErrUnavailable, "not localhost"},
		"another authority": {"postgres://ops:wr0ng@" + server.Addr + "/postgres?sslmode=verify-full&sslrootcert=" + otherCA, sdk.ErrUnavailable, "x509"},
		"authority by name": {"postgres://ops:wr0ng@" + server.Addr + "/postgres?sslmode=verify-ca&sslrootcert=" + otherCA, sdk.ErrUnavailable, "x509"},
	} {
		t.Run(name, func(t *testing.T) {
			b := openAt(t, Config{Connection: c.connection})
			for _, operation := range []string{"acquire", "current", "setup"} {
				err := everything[operation](testContext(t), b)
				if !errors.Is(err, c.kind) {
					t.Errorf("%s: %v", operation, err)
				}
				contains(t, err, c.text, `connection"`)
				if strings.Contains(err.Error(), "wr0ng") && name != "unknown database" {
					t.Errorf("%s shows the password: %v", operation, err)
				}
			}
		})
	}
}

func TestServerWithoutTLS(t *testing.T) {
	t.Parallel()
	_, _, base := start(t)
	b := openAt(t, Config{Connection: strings.Replace(base, "sslmode=disable", "sslmode=require", 1)})
	_, err := b.Acquire(testContext(t), want("deploy"))
	if !errors.Is(err, sdk.ErrUnavailable) {
		t.Error(err)
	}
	contains(t, err, "server refused TLS connection", `"connection"`)
}
