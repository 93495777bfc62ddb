package servers

import (
	"os"
	"strings"
	"testing"
)

func mysql(t *testing.T, s *MySQLServer, sql string) string {
	t.Helper()
	text, err := s.SQL(sql)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestMySQLAnswersRestartsAndStops(t *testing.T) {
	t.Parallel()
	var server *MySQLServer
	t.Run("use", func(t *testing.T) {
		server = MySQL(t, "--max-connections=42")
		mysql(t, server, "CREATE DATABASE d; CREATE TABLE d.seen AS SELECT @@max_connections AS n")
		before := server.Pid()
		server.Stop()
		if err := server.Restart(); err != nil {
			t.Fatal(err)
		}
		if got := mysql(t, server, "SELECT n FROM d.seen"); got != "42" || server.Pid() == before {
			t.Errorf("after a restart: %q", got)
		}
		if err := server.Pause(); err != nil {
			t.Fatal(err)
		}
	})
	if server == nil || server.process == nil {
		t.Fatal("it did not start")
	}
	if server.alive() {
		t.Error("the process is alive")
	}
	if _, err := os.Stat(server.Dir); !os.IsNotExist(err) {
		t.Errorf("%s is left: %v", server.Dir, err)
	}
}

func TestStartMySQLReportsWhatTheServerSaid(t *testing.T) {
	t.Parallel()
	_, err := StartMySQL(shortDir(t, "my"), "--no-such-setting=1")
	if err == nil || !strings.Contains(err.Error(), "no-such-setting") {
		t.Errorf("error = %v", err)
	}
}
