package redis

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/stormlock/stormlock/sdk"
)

// allowed is what the package comment says that a user needs.
const allowed = "+eval +time +type +hmget +pttl +pexpire +hset +hsetnx +get +set +del +scan"

func addUser(t *testing.T, raw *goredis.Client, commands string) {
	t.Helper()
	args := []any{"ACL", "SETUSER", "lock", "reset", "on", ">s3cr3t", "~app:*"}
	for command := range strings.FieldsSeq(commands) {
		args = append(args, command)
	}
	if err := raw.Do(testContext(t), args...).Err(); err != nil {
		t.Fatal(err)
	}
}

func withUser(url string) string {
	return strings.Replace(url, "://", "://lock:s3cr3t@", 1)
}

func TestDocumentedPermissionsSuffice(t *testing.T) {
	_, raw, server := start(t)
	addUser(t, raw, allowed)
	everyOperation(t, openAt(t, Config{URL: withUser(server.URL), Prefix: "app:"}), "deploy")

	addUser(t, raw, allowed+" +select")
	everyOperation(t, openAt(t, Config{URL: withUser(server.URL + "/2"), Prefix: "app:"}), "deploy")
}

// allOf takes every operation, in each outcome that reads or writes something
// else, and returns what failed. The resource "held" must be lease's.
func allOf(t *testing.T, b sdk.Backend, lease sdk.Lease) map[string]error {
	t.Helper()
	ctx := testContext(t)
	errs := make(map[string]error)
	_, errs["acquire"] = b.Acquire(ctx, want("free"))
	_, errs["acquire held"] = b.Acquire(ctx, want("held"))
	if errors.Is(errs["acquire held"], sdk.ErrHeld) {
		delete(errs, "acquire held")
	}
	_, errs["renew"] = b.Renew(ctx, lease)
	_, errs["current"] = b.Current(ctx, "held")
	errs["list"] = everything["list"](ctx, b)
	errs["release"] = b.Release(ctx, lease)
	maps.DeleteFunc(errs, func(_ string, err error) bool { return err == nil })
	return errs
}

// Without any one of them, something is refused and nothing is half done.
func TestEachPermissionIsNeeded(t *testing.T) {
	_, raw, server := start(t)
	owner := openAt(t, Config{URL: server.URL, Prefix: "app:"})
	for command := range strings.FieldsSeq(allowed) {
		t.Run(command[1:], func(t *testing.T) {
			must(t, raw.FlushAll(testContext(t)))
			held := acquire(t, owner, want("held"))
			addUser(t, raw, strings.ReplaceAll(allowed+" ", command+" ", ""))
			errs := allOf(t, openAt(t, Config{URL: withUser(server.URL), Prefix: "app:"}), held)
			if len(errs) == 0 {
				t.Error("it is not needed")
			}
			for name, err := range errs {
				if !errors.Is(err, sdk.ErrRefused) {
					t.Errorf("%s: %v", name, err)
				}
				contains(t, err, "no lock was changed", `"url"`)
			}
			if ttl := must(t, raw.PTTL(testContext(t), "app:held")); errs["release"] != nil && (ttl <= 0 || ttl > time.Minute) {
				t.Errorf("the lock's TTL is %s", ttl)
			}
		})
	}
}

func TestPermissionToSelectADatabase(t *testing.T) {
	_, raw, server := start(t)
	addUser(t, raw, allowed)
	_, err := openAt(t, Config{URL: withUser(server.URL + "/2"), Prefix: "app:"}).Acquire(testContext(t), want("deploy"))
	if !errors.Is(err, sdk.ErrRefused) {
		t.Errorf("error = %v", err)
	}
	contains(t, err, "'select' command", `"url"`)
}

func TestPermissionsInACluster(t *testing.T) {
	t.Parallel()
	c := startCluster(t)
	url := strings.Replace(c.url, "://", "://lock:s3cr3t@", 1)
	for _, node := range c.clients {
		addUser(t, node, allowed)
	}
	_, err := openAt(t, Config{URL: url, Mode: "cluster", Prefix: "app:"}).Acquire(testContext(t), want("deploy"))
	if !errors.Is(err, sdk.ErrRefused) {
		t.Errorf("error = %v", err)
	}
	contains(t, err, "'cluster|slots' command", `"url"`)

	for _, node := range c.clients {
		addUser(t, node, allowed+" +cluster|slots")
	}
	for i := range nodeCount {
		everyOperation(t, openAt(t, Config{URL: url, Mode: "cluster", Prefix: "app:"}), resourceOn(i, "deploy"))
	}
}

func TestMissingPermissionLeavesNoLock(t *testing.T) {
	_, raw, server := start(t)
	ctx := testContext(t)
	for command := range strings.FieldsSeq(allowed) {
		if command == "+del" || command == "+scan" {
			continue // acquire does not use them
		}
		name := strings.ToLower(command[1:])
		must(t, raw.FlushAll(ctx))
		addUser(t, raw, strings.ReplaceAll(allowed+" ", command+" ", ""))
		b := openAt(t, Config{URL: withUser(server.URL), Prefix: "app:"})
		lease, err := b.Acquire(ctx, want("deploy"))
		if exists := must(t, raw.Exists(ctx, "app:deploy")); err != nil && exists != 0 {
			t.Errorf("without %s a lock was left: %v", name, err)
		}
		// Reading an existing lock is no part of taking a free one.
		if name == "hmget" || name == "pttl" || name == "hsetnx" {
			if err != nil || lease.Fence == 0 {
				t.Errorf("without %s: %v", name, err)
			}
			continue
		}
		if !errors.Is(err, sdk.ErrRefused) {
			t.Errorf("without %s: %v", name, err)
		}
		contains(t, err, "no lock was changed", `"url"`)
	}
}

func TestMissingPermissionToReleaseOrRenew(t *testing.T) {
	_, raw, server := start(t)
	ctx := testContext(t)
	addUser(t, raw, allowed)
	b := openAt(t, Config{URL: withUser(server.URL), Prefix: "app:"})
	lease := acquire(t, b, want("deploy"))
	addUser(t, raw, strings.NewReplacer("+del", "", "+pexpire", "").Replace(allowed))
	if err := b.Release(ctx, lease); !errors.Is(err, sdk.ErrRefused) {
		t.Errorf("release: %v", err)
	}
	lease.TTL = time.Hour
	if _, err := b.Renew(ctx, lease); !errors.Is(err, sdk.ErrRefused) {
		t.Errorf("renew: %v", err)
	}
	if left := must(t, raw.PTTL(ctx, "app:deploy")); left > time.Minute || left <= 0 {
		t.Errorf("TTL = %s", left)
	}
}

func TestKeysOutsideThePrefixAreRefused(t *testing.T) {
	_, raw, server := start(t)
	addUser(t, raw, allowed)
	b := openAt(t, Config{URL: withUser(server.URL), Prefix: "other:"})
	_, err := b.Acquire(testContext(t), want("deploy"))
	if !errors.Is(err, sdk.ErrRefused) {
		t.Fatalf("error = %v", err)
	}
	contains(t, err, `"prefix"`)
	if n := must(t, raw.DBSize(testContext(t))); n != 0 {
		t.Errorf("%d keys were written", n)
	}
}

func TestWrongAndMissingPassword(t *testing.T) {
	_, raw, server := start(t)
	addUser(t, raw, allowed)
	if err := raw.ConfigSet(testContext(t), "requirepass", "0p3n").Err(); err != nil {
		t.Fatal(err)
	}
	wrong := strings.Replace(server.URL, "://", "://lock:wr0ng@", 1)
	for url, parts := range map[string][]string{
		wrong: {"WRONGPASS", `check the user and password in "url"`},
		strings.Replace(server.URL, "://", "://:wr0ng@", 1): {"WRONGPASS", `"url"`},
		server.URL: {"NOAUTH", `the server requires a password; give it in "url"`},
	} {
		b := openAt(t, Config{URL: url, Prefix: "app:"})
		for name, operate := range operations {
			err := operate(testContext(t), b)
			if !errors.Is(err, sdk.ErrRefused) {
				t.Errorf("%s: %v", name, err)
			}
			contains(t, err, append(parts, server.Addr)...)
			if strings.Contains(err.Error(), "wr0ng") {
				t.Errorf("%s shows the password: %v", name, err)
			}
		}
	}
}

// A server without AUTH quotes the command that it does not know.
func TestUnknownCommandDoesNotShowThePassword(t *testing.T) {
	_, _, server := start(t, "--rename-command", "AUTH", "", "--rename-command", "HELLO", "")
	b := openAt(t, Config{URL: withUser(server.URL)})
	_, err := b.Acquire(testContext(t), want("deploy"))
	if !errors.Is(err, sdk.ErrRefused) {
		t.Errorf("error = %v", err)
	}
	contains(t, err, "unknown command")
	if strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("the password is shown: %v", err)
	}
}
