package servers

import (
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

func psql(t *testing.T, s *PostgresServer, sql string) string {
	t.Helper()
	text, err := s.Psql(sql)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestPostgresAnswersAndItsStandbyFollows(t *testing.T) {
	t.Parallel()
	primary := Postgres(t, "-c", "application_name=own")
	if got := psql(t, primary, "SHOW fsync"); got != "off" {
		t.Errorf("fsync is %q", got)
	}
	psql(t, primary, "CREATE TABLE seen AS SELECT 42 AS n")
	standby := PostgresStandby(t, primary)
	if got := psql(t, standby, "SELECT n, pg_is_in_recovery() FROM seen"); got != "42|t" {
		t.Errorf("the standby says %q", got)
	}
}

func TestPostgresPausesResumesStops(t *testing.T) {
	t.Parallel()
	var server *PostgresServer
	t.Run("use", func(t *testing.T) {
		server = Postgres(t)
		if err := server.Pause(); err != nil {
			t.Fatal(err)
		}
		conn, err := net.Dial("tcp", server.Addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(100 * time.Millisecond))
		_, _ = conn.Write([]byte{0, 0, 0, 8, 4, 210, 22, 47}) // asks for TLS; any server answers
		if n, err := conn.Read(make([]byte, 1)); err == nil {
			t.Errorf("a paused server answered with %d bytes", n)
		}
		if err := server.Resume(); err != nil {
			t.Fatal(err)
		}
		psql(t, server, "SELECT 1")
		if err := server.Pause(); err != nil {
			t.Fatal(err)
		}
	})
	if server.alive() {
		t.Error("the process is alive")
	}
	if _, err := os.Stat(server.Dir); !os.IsNotExist(err) {
		t.Errorf("%s is left: %v", server.Dir, err)
	}
	server.Stop()
	if err := server.Pause(); err == nil {
		t.Error("a stopped server was paused")
	}
}

func TestStartPostgresReportsWhatTheServerSaid(t *testing.T) {
	t.Parallel()
	_, err := StartPostgres(shortDir(t, "pg"), "-c", "no_such_setting=1")
	if err == nil || !strings.Contains(err.Error(), "no_such_setting") {
		t.Errorf("error = %v", err)
	}
}

func TestPgBouncerPassesOn(t *testing.T) {
	t.Parallel()
	server := Postgres(t)
	bouncer := PgBouncer(t, server.Addr, "transaction", 1)
	behind := &PostgresServer{URL: strings.Replace(server.URL, server.Addr, bouncer.Addr, 1)}
	if got := psql(t, behind, "SELECT 42"); got != "42" {
		t.Errorf("got %q", got)
	}
}
