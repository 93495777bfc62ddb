package servers

import (
	"bufio"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

func ping(t *testing.T, addr string, wait time.Duration) (string, error) {
	t.Helper()
	conn, err := net.DialTimeout("tcp", addr, wait)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(wait))
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	return strings.TrimSpace(line), err
}

func TestRedisAnswers(t *testing.T) {
	server := Redis(t)
	if got, err := ping(t, server.Addr, time.Second); got != "+PONG" {
		t.Fatalf("PING: %q, %v", got, err)
	}
	if server.URL != "redis://"+server.Addr {
		t.Errorf("URL = %q", server.URL)
	}
}

func TestRedisServersAreApart(t *testing.T) {
	one, two := Redis(t), Redis(t)
	if one.Addr == two.Addr || one.Dir == two.Dir {
		t.Errorf("two servers share %s or %s", one.Addr, one.Dir)
	}
}

func TestRedisPausesResumesStops(t *testing.T) {
	server := Redis(t)
	if err := server.Pause(); err != nil {
		t.Fatal(err)
	}
	if got, err := ping(t, server.Addr, 100*time.Millisecond); err == nil {
		t.Errorf("a paused server answered %q", got)
	}
	if err := server.Resume(); err != nil {
		t.Fatal(err)
	}
	if got, err := ping(t, server.Addr, time.Second); got != "+PONG" {
		t.Errorf("resumed: %q, %v", got, err)
	}
	server.Stop()
	server.Stop()
	if _, err := ping(t, server.Addr, time.Second); err == nil {
		t.Error("a stopped server answered")
	}
	if err := server.Pause(); err == nil {
		t.Error("a stopped server was paused")
	}
}

func TestRedisWithPasswordStarts(t *testing.T) {
	server := Redis(t, "--requirepass", "secret")
	if got, err := ping(t, server.Addr, time.Second); !strings.HasPrefix(got, "-NOAUTH") {
		t.Errorf("PING: %q, %v", got, err)
	}
}

func TestRedisSentinelAnswers(t *testing.T) {
	sentinel := RedisSentinel(t, "primary", Redis(t).Addr, 1)
	if got, err := ping(t, sentinel.Addr, time.Second); got != "+PONG" {
		t.Errorf("PING: %q, %v", got, err)
	}
}

func TestRedisLeavesNothingBehind(t *testing.T) {
	var server *RedisServer
	t.Run("use", func(t *testing.T) { server = Redis(t) })
	if server.alive() {
		t.Error("the process is alive")
	}
	if _, err := os.Stat(server.Dir); !os.IsNotExist(err) {
		t.Errorf("%s is left: %v", server.Dir, err)
	}
}

func TestStartRedisReportsWhatTheServerSaid(t *testing.T) {
	_, err := StartRedis(t.TempDir(), "--no-such-option", "1")
	if err == nil || !strings.Contains(err.Error(), "no-such-option") {
		t.Errorf("error = %v", err)
	}
}

func TestMissingProgramSaysWhatToInstall(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := StartRedis(t.TempDir())
	const want = "redis-server is not in PATH; install it (Debian: apt-get install redis-server)"
	if err == nil || err.Error() != want {
		t.Errorf("error = %v, want %s", err, want)
	}
}
