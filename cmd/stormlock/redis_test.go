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
	for name, line := range map[string]string{
		"wrong":   "url = redis://:hunter2@" + addr,
		"none":    "url = redis://" + addr,
		"right":   "url = redis://:sesame@" + addr,
		"badurl":  "url = reddis://:hunter2@" + addr,
		"badmode": "mode = clster",
	} {
		text := "[default]\nbackend = redis\nttl = 5m\n\n[backend.redis]\n" + line + "\n"
		if err := os.WriteFile(env.Getenv("WORK")+"/"+name+".cfg", []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// redis stop|pause|resume|COMMAND...: does something to the script's server.
func redisCommand(ts *testscript.TestScript, neg bool, args []string) {
	server := ts.Value("redis").(*servers.RedisServer)
	switch args[0] {
	case "stop":
		server.Stop()
	case "pause":
		ts.Check(server.Pause())
	case "resume":
		ts.Check(server.Resume())
	default:
		_, port, _ := strings.Cut(server.Addr, ":")
		ts.Check(ts.Exec("redis-cli", append([]string{"-e", "-p", port}, args...)...))
	}
}
