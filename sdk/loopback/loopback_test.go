package loopback

import "testing"

func TestHost(t *testing.T) {
	for _, host := range []string{
		"localhost", "LocalHost", "127.0.0.1", "127.1.2.3", "::1", "[::1]", "0:0:0:0:0:0:0:1", "::1%lo", "::ffff:127.0.0.1",
		"/run/postgresql", "/tmp/redis.sock",
	} {
		if !Host(host) {
			t.Errorf("%q is said to leave the machine", host)
		}
	}
	for _, host := range []string{
		"", "db", "db.example.org", "localhost.example.org", "localhost:6379", "127.0.0.1:6379", "127.0.0.1.example.org",
		"10.0.0.1", "128.0.0.1", "0.0.0.0", "::", "::2", "fe80::1", "127", "run/postgresql",
	} {
		if Host(host) {
			t.Errorf("%q is said to stay on the machine", host)
		}
	}
}
