package redis

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk"
)

func isConfig(t *testing.T, err error, key string) {
	t.Helper()
	wrong, ok := errors.AsType[*sdk.ConfigError](err)
	if !ok || wrong.Key != key || !errors.Is(err, sdk.ErrConfig) {
		t.Errorf("error = %v, want a ConfigError of key %q", err, key)
	}
}

func TestOpenRefusesABadConfiguration(t *testing.T) {
	for _, c := range []struct {
		config Config
		key    string
		text   string
	}{
		{Config{Mode: "clusters"}, "mode", `did you mean "cluster"?`},
		{Config{Mode: "Single"}, "mode", `did you mean "single"?`},
		{Config{Mode: "redis"}, "mode", "use single, sentinel or cluster"},
		{Config{URL: "localhost:6379"}, "url", "scheme"},
		{Config{URL: "http://localhost"}, "url", "scheme"},
		{Config{URL: "redis://localhost/x"}, "url", "database number"},
		{Config{URL: "redis://localhost?colour=red"}, "url", "parameter"},
		{Config{URL: "redis://localhost:port"}, "url", "not a URL"},
		{Config{URL: "unix://"}, "url", "cannot be read"},
		{Config{URL: "redis://localhost", Mode: "sentinel"}, "url", "master_name"},
		{Config{URL: "redis:127.0.0.1:6379"}, "url", "no // after the scheme"},
		{Config{URL: "redis:"}, "url", "no // after the scheme"},
		{Config{URL: "redis://"}, "url", "names no host"},
		{Config{URL: "redis:///3"}, "url", "names no host"},
		{Config{URL: "redis://:pw@"}, "url", "names no host"},
		{Config{URL: "redis://?db=2"}, "url", "names no host"},
		{Config{URL: "redis://:6379"}, "url", "names no host"},
		{Config{URL: "rediss://", Mode: "cluster"}, "url", "names no host"},
		{Config{URL: "redis://?master_name=m", Mode: "sentinel"}, "url", "names no host"},
		{Config{URL: "redis://:pw:127.0.0.1:6379"}, "url", "is the @ behind the password missing?"},
		{Config{URL: "redis://127.0.0.1:1?addr=pw@127.0.0.1:2", Mode: "cluster"}, "url", "is the @ behind the password missing?"},
		{Config{URL: "redis://localhost/-1"}, "url", "from 0 on"},
		{Config{URL: "redis://localhost?db=-3"}, "url", "from 0 on"},
		{Config{URL: "unix:///x?db=-3"}, "url", "from 0 on"},
		{Config{URL: "unix:///x", Mode: "cluster"}, "url", "scheme"},
		{Config{URL: "unix:///x", Mode: "sentinel"}, "url", "scheme"},
	} {
		_, err := Open(context.Background(), c.config)
		isConfig(t, err, c.key)
		contains(t, err, c.text)
	}
}

func TestOpenDoesNotConnect(t *testing.T) {
	for _, c := range []Config{
		{},
		{URL: "redis://127.0.0.1:1?min_idle_conns=3"},
		{URL: "rediss://127.0.0.1:1"},
		{URL: "unix:///nowhere"},
		{URL: "redis://127.0.0.1:1?master_name=x&route_by_latency=true", Mode: "sentinel"},
		{URL: "redis://127.0.0.1:1?addr=127.0.0.1:2", Mode: "cluster"},
	} {
		openAt(t, c)
	}
}

// secret marks the password in every URL that it can be written into, rightly
// or wrongly.
const secret = "s3cr3t"

func TestPasswordIsInNoError(t *testing.T) {
	for _, mode := range []string{"single", "sentinel", "cluster", "other"} {
		for _, url := range []string{
			"redis://ana:s3cr3t@127.0.0.1:1",
			"rediss://ana:s3cr3t@127.0.0.1:1",
			"unix://ana:s3cr3t@/nowhere",
			"redis://:s3cr3t@127.0.0.1:1/x",
			"redis://:s3cr3t@127.0.0.1:1?colour=s3cr3t",
			"redis://:s3cr3t@127.0.0.1:1?s3cr3t=x",
			"redis://:a/s3cr3t@127.0.0.1:1",
			"redis://ana:1/s3cr3t@127.0.0.1:1",
			"redis://ana:1?s3cr3t@127.0.0.1:1",
			"redis://ana:1#s3cr3t@127.0.0.1:1",
			"redis://ana:1?db=s3cr3t",
			"redis://ana:s3cr3t%@127.0.0.1:1",
			"redis://ana:%zzs3cr3t@127.0.0.1:1",
			"redis://127.0.0.1:s3cr3t",
			"ana:s3cr3t@127.0.0.1:1",
			"s3cr3t://127.0.0.1:1",
			"redis://127.0.0.1:1?master_name=m&username=ana&password=s3cr3t",
			"redis://ana:s3cr3t@127.0.0.1:1?master_name=m&password=s3cr3t&addr=127.0.0.1:2",
			"redis://127.0.0.1:1?master_name=m&password=s3cr3t&addr=s3cr3t",
			"redis://127.0.0.1:1?master_name=m&password=s3cr3t&db=s3cr3t",
			"redis://127.0.0.1:1?max_retries=s3cr3t",
		} {
			b, err := Open(context.Background(), Config{URL: url, Mode: mode})
			if err == nil {
				_, err = b.Acquire(testContext(t), want("deploy"))
				_ = b.Close()
			}
			if err == nil {
				t.Fatalf("%s, %s: no error", mode, url)
			}
			if strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s, %s: %v", mode, url, err)
			}
		}
	}
}
