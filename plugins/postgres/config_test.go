package postgres

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk"
)

func TestOpenRefusesABadConfiguration(t *testing.T) {
	for _, c := range []struct {
		config Config
		key    string
		text   string
	}{
		{Config{}, "connection", "names no host"},
		{Config{Connection: "postgres://"}, "connection", "names no host"},
		{Config{Connection: "postgres:///locks"}, "connection", "names no host"},
		{Config{Connection: "postgres://ana:pw@/locks"}, "connection", "names no host"},
		{Config{Connection: "postgres://a,,b/locks"}, "connection", "names no host"},
		{Config{Connection: "postgres://:5432/locks"}, "connection", "names no host"},
		{Config{Connection: "dbname=locks"}, "connection", "names no host"},
		{Config{Connection: "dbname=locks host="}, "connection", "names no host"},
		{Config{Connection: "dbname=locks host=a,"}, "connection", "names no host"},
		{Config{Connection: "postgres://db"}, "connection", "names no database"},
		{Config{Connection: "postgres://db/"}, "connection", "names no database"},
		{Config{Connection: "postgres://db/?dbname="}, "connection", "names no database"},
		{Config{Connection: "host=db"}, "connection", "names no database"},
		{Config{Connection: "host=db user=locks"}, "connection", "names no database"},
		{Config{Connection: "service=locks"}, "connection", "key that stormlock does not take"},
		{Config{Connection: "host=db dbname=locks service=locks"}, "connection", "service"},
		{Config{Connection: "host=db dbname=locks hostaddr=127.0.0.1"}, "connection", "key that stormlock does not take"},
		{Config{Connection: "host=db dbname=locks timezone=UTC"}, "connection", "key that stormlock does not take"},
		{Config{Connection: "host=db dbname=locks password=my secret=1"}, "connection", "password without quotes"},
		{Config{Connection: "host=db dbname=locks password=my secret"}, "connection", "pairs of KEY=VALUE"},
		{Config{Connection: "localhost:5432/locks"}, "connection", "pairs of KEY=VALUE"},
		{Config{Connection: "mysql://db/locks"}, "connection", "pairs of KEY=VALUE"},
		{Config{Connection: "postgres:db/locks"}, "connection", "pairs of KEY=VALUE"},
		{Config{Connection: "postgres://db:port/locks"}, "connection", "port"},
		{Config{Connection: "postgres://db:0/locks"}, "connection", "port"},
		{Config{Connection: "host=a,b,c port=1,2 dbname=locks"}, "connection", "as many ports"},
		{Config{Connection: "postgres://db/%zz"}, "connection", "not a URL"},
		{Config{Connection: "postgres://db/locks?sslmode=on"}, "connection", "sslmode"},
		{Config{Connection: "postgres://db/locks?sslrootcert=/nowhere"}, "connection", "cannot be read"},
		{Config{Connection: "postgres://db/locks?target_session_attrs=some"}, "connection", "target_session_attrs"},
		{Config{Connection: "postgres://db/locks?connect_timeout=soon"}, "connection", "connect_timeout"},
		{Config{Connection: "postgres://db/locks?channel_binding=some"}, "connection", "channel_binding"},
		{Config{Connection: "postgres://db/locks?require_auth=some"}, "connection", "require_auth"},
		{Config{Connection: "postgres://ana:1/s@db/locks"}, "connection", "%2F"},
		{Config{Connection: "host=db dbname=locks", Table: "."}, "table", "SCHEMA.TABLE"},
		{Config{Connection: "host=db dbname=locks", Table: "a."}, "table", "SCHEMA.TABLE"},
		{Config{Connection: "host=db dbname=locks", Table: ".a"}, "table", "SCHEMA.TABLE"},
		{Config{Connection: "host=db dbname=locks", Table: "a.b.c"}, "table", "SCHEMA.TABLE"},
		{Config{Connection: "host=db dbname=locks", Table: `"a"`}, "table", "without quotes"},
		{Config{Connection: "host=db dbname=locks", Table: `"a".b`}, "table", "without quotes"},
		{Config{Connection: "host=db dbname=locks", Table: "a\nb"}, "table", "control character"},
		{Config{Connection: "host=db dbname=locks", Table: strings.Repeat("x", 58)}, "table", "57 bytes"},
		{Config{Connection: "host=db dbname=locks", Table: strings.Repeat("x", 64) + ".a"}, "table", "63 bytes"},
	} {
		_, err := Open(context.Background(), c.config)
		isConfig(t, c.config.Connection+" "+c.config.Table, err, c.key)
		contains(t, err, c.text)
	}
}

func TestOpenDoesNotConnect(t *testing.T) {
	for _, c := range []Config{
		{Connection: "postgres://127.0.0.1:1/locks"},
		{Connection: "postgresql://ana:p%2Fw@127.0.0.1:1,127.0.0.1:2/locks?sslmode=require"},
		{Connection: "postgres://%2Fnowhere:1/locks"},
		{Connection: "postgres://[::1]:1/locks"},
		{Connection: "host=/nowhere dbname=locks"},
		{Connection: `host = 127.0.0.1 dbname = 'my locks' user=ana password = 'it\'s' connect_timeout=3`},
		{Connection: "host=a,b port=1,2 dbname=locks target_session_attrs=read-write"},
		{Connection: "host=a dbname=locks keepalives=1 keepalives_idle=30 client_encoding=utf8 application_name=locks options='-c search_path=ops'"},
		{Connection: "host=a dbname=locks", Table: "ops.locks"},
	} {
		openAt(t, c)
	}
}

// Where the text is silent, the environment must not lead elsewhere.
func TestEnvironmentDoesNotChooseTheStore(t *testing.T) {
	t.Setenv("PGHOST", "locks")
	t.Setenv("PGDATABASE", "locks")
	for text, says := range map[string]string{
		"dbname=locks": "names no host", "postgres:///locks": "names no host", "host=": "names no host",
		"host=db": "names no database", "postgres://db": "names no database", "postgres://db/?dbname=": "names no database",
	} {
		_, err := Open(context.Background(), Config{Connection: text})
		isConfig(t, text, err, "connection")
		contains(t, err, says)
	}
	t.Setenv("PGPORT", "6543")
	_, err := Open(context.Background(), Config{Connection: "host=db dbname=locks"})
	isConfig(t, "PGPORT", err, "connection")
	contains(t, err, "names no port")
	t.Setenv("PGSSLMODE", "nonsense")
	_, err = Open(context.Background(), Config{Connection: "host=db dbname=locks"})
	isConfig(t, "PGPORT beside a nonsensical PGSSLMODE", err, "connection")
	contains(t, err, "names no port")
	for _, text := range []string{"host=db port=5432 dbname=locks", "postgres://db:5432/locks", "host=db dbname=locks port="} {
		if got := openAt(t, Config{Connection: text}).(*backend).where; got != "db:5432" {
			t.Errorf("%s leads to %s", text, got)
		}
	}
	t.Setenv("PGSERVICE", "elsewhere")
	t.Setenv("PGSERVICEFILE", filepath.Join(t.TempDir(), "none"))
	_, err = Open(context.Background(), Config{Connection: "host=db port=5432 dbname=locks"})
	isConfig(t, "PGSERVICE", err, "connection")
	contains(t, err, "PGSERVICE")
}

func TestEnvironmentDoesNotChangeTheSession(t *testing.T) {
	_, conn, base := start(t)
	run(t, conn, "CREATE SCHEMA elsewhere")
	run(t, conn, "CREATE TABLE elsewhere.stormlock AS TABLE stormlock")
	service := filepath.Join(t.TempDir(), "services")
	if err := os.WriteFile(service, []byte("[elsewhere]\nhost=elsewhere\nport=1\ndbname=elsewhere\noptions=-c search_path=elsewhere\ntarget_session_attrs=standby\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"PGOPTIONS": "-c search_path=elsewhere", "PGTARGETSESSIONATTRS": "standby", "PGTZ": "Asia/Tokyo", "PGAPPNAME": "x",
		"PGSERVICE": "elsewhere", "PGSERVICEFILE": service,
	} {
		t.Setenv(name, value)
	}
	everyOperation(t, openAt(t, Config{Connection: base}), "deploy")
}

// What the text itself says counts.
func TestOptionsOfTheConnection(t *testing.T) {
	t.Parallel()
	_, conn, base := start(t)
	run(t, conn, "CREATE SCHEMA elsewhere")
	run(t, conn, "CREATE TABLE elsewhere.stormlock AS TABLE stormlock")
	for _, more := range []string{"&options=-c%20search_path%3Delsewhere", "&search_path=elsewhere"} {
		_, err := openAt(t, Config{Connection: base + more}).Acquire(testContext(t), want("deploy"))
		isConfig(t, more, err, "table")
		contains(t, err, "elsewhere.stormlock")
	}
	b := openAt(t, Config{Connection: base + "&application_name=locks"}).(*backend)
	l, err := b.dial(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	defer l.hangUp()
	if one[int](t, conn, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'locks'") != 1 {
		t.Error("the application's name is not seen")
	}
}

// secret marks the password in every text that it can be written into, rightly
// or wrongly.
const secret = "s3cr3t"

func TestPasswordIsInNoError(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"postgres://ana:s3cr3t@127.0.0.1:1/locks",
		"postgres://ana:s3cr3t@127.0.0.1:1/locks?sslmode=require",
		"postgres://ana:s3cr3t@%2Fnowhere/locks",
		"postgres://ana:s3cr3t@127.0.0.1:1",
		"postgres://ana:s3cr3t@/locks",
		"postgres://ana:s3cr3t@127.0.0.1:x/locks",
		"postgres://ana:s3cr3t@127.0.0.1:1/locks?colour=s3cr3t",
		"postgres://ana:s3cr3t@127.0.0.1:1/locks?s3cr3t=x",
		"postgres://ana:s3cr3t@127.0.0.1:1/locks?sslmode=s3cr3t",
		"postgres://ana:s3cr3t@127.0.0.1:1/locks?sslrootcert=s3cr3t",
		"postgres://ana:s3cr3t@127.0.0.1:1/locks?connect_timeout=s3cr3t",
		"postgres://ana:s3cr3t@127.0.0.1:1/locks?target_session_attrs=s3cr3t",
		"postgres://127.0.0.1:1/locks?user=ana&password=s3cr3t&sslmode=x",
		"postgres://ana:a/s3cr3t@127.0.0.1:1/locks",
		"postgres://ana:1/s3cr3t@127.0.0.1:1/locks",
		"postgres://ana:1?s3cr3t@127.0.0.1:1/locks",
		"postgres://ana:1#s3cr3t@127.0.0.1:1",
		"postgres://ana:s3cr3t%@127.0.0.1:1/locks",
		"postgres://ana:%zzs3cr3t@127.0.0.1:1/locks",
		"postgres://ana:s3cr3t:127.0.0.1/locks",
		"postgres://127.0.0.1:s3cr3t/locks",
		"ana:s3cr3t@127.0.0.1:1/locks",
		"s3cr3t://127.0.0.1:1/locks",
		"host=127.0.0.1 port=1 dbname=locks user=ana password=s3cr3t",
		"host=127.0.0.1 port=1 dbname=locks user=ana password=s3cr3t sslpassword=s3cr3t sslmode=require",
		"host=127.0.0.1 port=1 dbname=locks user=ana password=my s3cr3t",
		"host=127.0.0.1 port=1 dbname=locks user=ana password=my s3cr3t=x",
		"host=127.0.0.1 port=1 dbname=locks user=ana password='s3cr3t",
		"host=127.0.0.1 port=s3cr3t dbname=locks",
		"host=127.0.0.1 user=ana password=s3cr3t",
		"dbname=locks user=ana password=s3cr3t",
		"host=127.0.0.1 port=1 dbname=locks user=ana pass=s3cr3t",
		"host=127.0.0.1 port=1 dbname=locks sslkey=s3cr3t sslcert=s3cr3t",
	} {
		b, err := Open(context.Background(), Config{Connection: text})
		if err == nil {
			err = everything["acquire"](testContext(t), b)
			_ = b.Close()
			if !errors.Is(err, sdk.ErrUnavailable) {
				t.Errorf("%s: %v", text, err)
			}
		}
		if err == nil {
			t.Fatalf("%s: no error", text)
		}
		if strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, table := range []string{"postgres://ana:s3cr3t@db/locks", "a.b.s3cr3t"} {
		if _, err := Open(context.Background(), Config{Connection: "host=db dbname=locks", Table: table}); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%v", err)
		}
	}
}
