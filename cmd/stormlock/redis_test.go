package main

import (
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stormlock/stormlock/test/servers"
)

// TestRedisScripts runs testdata/redis against a real server each.
func TestRedisScripts(t *testing.T) {
	runScripts(t, "testdata/redis", func(env *testscript.Env) error {
		dir := env.Getenv("WORK") + "/.redis"
		if err := os.Mkdir(dir, 0o700); err != nil {
			return err
		}
		redis, err := servers.StartRedis(dir)
		if err != nil {
			return err
		}
		env.Defer(redis.Stop)
		env.Values["redis"] = redis
		return writeRedisConfigs(env, redis.Addr)
	}, map[string]command{"redis": redisCommand})
}

// writeRedisConfigs writes the configuration files that name the server.
func writeRedisConfigs(env *testscript.Env, addr string) error {
	env.Setenv("URL", "redis://"+addr)
	return writeConfigs(env, "redis", "ttl = 5m", map[string][]string{
		"wrong":   {"url = redis://:hunter2@" + addr},
		"none":    {"url = redis://" + addr},
		"right":   {"url = redis://:sesame@" + addr},
		"badurl":  {"url = reddis://:hunter2@" + addr},
		"badmode": {"mode = clster"},
	})
}

// redis stop|pause|resume|COMMAND...: does something to the script's server.
func redisCommand(ts *testscript.TestScript, _ bool, args []string) {
	server := ts.Value("redis").(*servers.RedisServer)
	if control(ts, server, args[0]) {
		return
	}
	_, port, _ := strings.Cut(server.Addr, ":")
	ts.Check(ts.Exec("redis-cli", append([]string{"-e", "-p", port}, args...)...))
}
