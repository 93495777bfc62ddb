package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stormlock/stormlock/test/servers"
)

// TestPostgresScripts runs testdata/postgres against a real server each.
func TestPostgresScripts(t *testing.T) {
	runScripts(t, "testdata/postgres", func(env *testscript.Env) error {
		// Not in the script's folder, which the server's user may not enter.
		dir, err := os.MkdirTemp("", "stormlock-pg-")
		if err != nil {
			return err
		}
		env.Defer(func() { _ = os.RemoveAll(dir) })
		server, err := servers.StartPostgres(dir)
		if err != nil {
			return err
		}
		env.Defer(server.Stop)
		env.Values["postgres"] = server
		return writePostgresConfigs(env, server)
	}, map[string]command{"postgres": postgresCommand})
}

// writePostgresConfigs writes the configuration files that name the server.
func writePostgresConfigs(env *testscript.Env, server *servers.PostgresServer) error {
	env.Setenv("URL", server.URL)
	return writeConfigs(env, "postgres", "ttl = 5m", map[string][]string{
		"wrong":    {"connection = postgres://ops:hunter2@" + server.Addr + "/postgres"},
		"right":    {"connection = postgres://ops:sesame@" + server.Addr + "/postgres?sslmode=disable"},
		"tls":      {"connection = postgres://ops:sesame@" + server.Addr + "/postgres?sslmode=verify-full"},
		"nobase":   {"connection = postgres://postgres:hunter2@" + server.Addr + "/locks"},
		"nohost":   {"connection = dbname=locks password=hunter2"},
		"service":  {"connection = service=locks password=hunter2"},
		"badtable": {"connection = " + server.URL, "table = a.b.c"},
		"misspelt": {"connections = " + server.URL},
	})
}

// postgres stop|pause|resume|passwords|SQL: does something to the script's
// server. passwords has all but the superuser need one from now on.
func postgresCommand(ts *testscript.TestScript, neg bool, args []string) {
	server := ts.Value("postgres").(*servers.PostgresServer)
	if control(ts, server, args[0]) {
		return
	}
	switch args[0] {
	case "passwords":
		ts.Check(os.WriteFile(server.Dir+"/data/pg_hba.conf", []byte("host all postgres all trust\nhost all all all scram-sha-256\n"), 0o600))
		postgresCommand(ts, neg, []string{"SELECT pg_reload_conf()"})
	default:
		ts.Check(ts.Exec("psql", "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--dbname="+server.URL, "--command="+args[0]))
	}
}
