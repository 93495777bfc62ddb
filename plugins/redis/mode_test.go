package redis

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// everyOperation takes each operation once.
func everyOperation(t *testing.T, b sdk.Backend, resource string) {
	t.Helper()
	if _, err := b.Setup(testContext(t), false); err != nil {
		t.Error(err)
	}
	lease := acquire(t, b, want(resource))
	if got := list(t, b, resource); !slices.Contains(got, resource) {
		t.Errorf("list: %q", got)
	}
	release(t, b, lease)
	everyStep(t, b, resource)
}

// everyStep takes the operations on one lock, in all of their outcomes.
func everyStep(t *testing.T, b sdk.Backend, resource string) {
	t.Helper()
	ctx := testContext(t)
	lease := acquire(t, b, want(resource))
	if _, err := b.Acquire(ctx, want(resource)); !errors.Is(err, sdk.ErrHeld) {
		t.Errorf("second acquire: %v", err)
	}
	lease.TTL = time.Hour
	if got, err := b.Renew(ctx, lease); err != nil || got.TTL != time.Hour {
		t.Errorf("renew: %+v, %v", got, err)
	}
	if got, err := b.Current(ctx, resource); err != nil || got.ID != lease.ID {
		t.Errorf("current: %+v, %v", got, err)
	}
	release(t, b, lease)
	if _, err := b.Current(ctx, resource); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("current after release: %v", err)
	}
}

func TestSingleWithDatabase(t *testing.T) {
	_, raw, server := start(t)
	b := openAt(t, Config{URL: server.URL + "/3"})
	everyOperation(t, b, "deploy")
	acquire(t, b, want("deploy"))
	if n := must(t, raw.DBSize(testContext(t))); n != 0 {
		t.Errorf("database 0 holds %d keys", n)
	}
}

func TestUnknownDatabaseIsAConfigError(t *testing.T) {
	_, _, server := start(t)
	_, err := openAt(t, Config{URL: server.URL + "/99"}).Acquire(testContext(t), want("deploy"))
	isConfig(t, err, "url")
	contains(t, err, "database")
}

func TestUnixSocket(t *testing.T) {
	server := servers.Redis(t, "--unixsocket", "redis.sock")
	path := filepath.Join(server.Dir, "redis.sock")
	everyOperation(t, openAt(t, Config{URL: "unix://" + path}), "deploy")
	everyOperation(t, openAt(t, Config{URL: "unix://" + path + "?db=2"}), "deploy")
	server.Stop()
	_, err := openAt(t, Config{URL: "unix://:s3cr3t@" + path}).Current(testContext(t), "deploy")
	contains(t, err, "redis at "+path)
}
