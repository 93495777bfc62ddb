package etcd

import (
	"errors"
	"strings"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// A guarded server is one with TLS and with users: root, and "lock" with the
// role "lock", which may do nothing yet.
type guarded struct {
	*servers.EtcdServer
	ca   *servers.Authority
	root *clientv3.Client
}

func newGuarded(t *testing.T, args ...string) guarded {
	t.Helper()
	ca := servers.NewAuthority(t)
	cert, key := ca.Issue(t, "127.0.0.1")
	server := servers.Etcd(t, append([]string{"--cert-file", cert, "--key-file", key, "--bcrypt-cost", "4"}, args...)...)
	g := guarded{EtcdServer: server, ca: ca}
	open := g.client(t, "", "")
	ctx := testContext(t)
	_, err := open.UserAdd(ctx, "root", "r00t")
	fatal(t, err)
	_, err = open.UserGrantRole(ctx, "root", "root")
	fatal(t, err)
	_, err = open.RoleAdd(ctx, "lock")
	fatal(t, err)
	_, err = open.UserAdd(ctx, "lock", secret)
	fatal(t, err)
	_, err = open.UserGrantRole(ctx, "lock", "lock")
	fatal(t, err)
	_, err = open.AuthEnable(ctx)
	fatal(t, err)
	g.root = g.client(t, "root", "r00t")
	return g
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (g guarded) client(t *testing.T, user, password string) *clientv3.Client {
	t.Helper()
	settings, err := Config{Endpoints: g.URL, CACert: g.ca.File}.settings()
	fatal(t, err)
	c, err := clientv3.New(clientv3.Config{
		Endpoints: settings.endpoints, TLS: settings.tls, Username: user, Password: password, Logger: zap.NewNop(),
	})
	fatal(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// allow lets the role "lock" do something with the keys that begin with a
// prefix, and nothing else.
func (g guarded) allow(t *testing.T, prefix string, what clientv3.PermissionType) {
	t.Helper()
	_, _ = g.root.RoleRevokePermission(testContext(t), "lock", prefix, clientv3.GetPrefixRangeEnd(prefix))
	_, err := g.root.RoleGrantPermission(testContext(t), "lock", prefix, clientv3.GetPrefixRangeEnd(prefix), what)
	fatal(t, err)
}

func (g guarded) config() Config {
	return Config{Endpoints: g.URL, CACert: g.ca.File, User: "lock", Password: secret, Prefix: "/locks/"}
}

const (
	mayRead  = clientv3.PermissionType(clientv3.PermRead)
	mayWrite = clientv3.PermissionType(clientv3.PermWrite)
	mayBoth  = clientv3.PermissionType(clientv3.PermReadWrite)
)

func TestDocumentedPermissionsSuffice(t *testing.T) {
	t.Parallel()
	g := newGuarded(t)
	g.allow(t, "/locks/", mayBoth)
	everyOperation(t, openAt(t, g.config()))
}

func TestLessIsRefused(t *testing.T) {
	t.Parallel()
	g := newGuarded(t)
	g.allow(t, "/locks/", mayBoth)
	b := openAt(t, g.config())
	held := acquire(t, b, want("held"))
	before := content(t, g.root, "/locks/")
	operations := everything()
	for what, refused := range map[clientv3.PermissionType][]string{
		mayRead:  {"acquire", "release"},
		mayWrite: {"acquire", "renew", "release", "current", "list", "setup"},
	} {
		g.allow(t, "/locks/", what)
		for _, name := range refused {
			err := operations[name](testContext(t), b)
			if !errors.Is(err, sdk.ErrRefused) {
				t.Errorf("%s with permission %d: %v", name, what, err)
			}
			contains(t, err, "permission denied", "no lock was changed", `readwrite on the keys that begin with "prefix"`)
		}
	}
	g.allow(t, "/locks/", mayRead)
	for _, name := range []string{"renew", "release"} {
		err := operate(testContext(t), name, b, held)
		if !errors.Is(err, sdk.ErrRefused) {
			t.Errorf("%s of a lock that may only be read: %v", name, err)
		}
		contains(t, err, "permission denied", "no lock was changed")
	}
	if after := content(t, g.root, "/locks/"); after != before {
		t.Errorf("it changed\n%s to\n%s", before, after)
	}
	if ids := leases(t, g.root); len(ids) != 1 {
		t.Errorf("the server has the leases %x, want that of the lock", ids)
	}
	if left := current(t, b, "held").TTL; left > time.Minute {
		t.Errorf("TTL = %s", left)
	}
}

func TestKeysOutsideThePrefixAreRefused(t *testing.T) {
	t.Parallel()
	g := newGuarded(t)
	g.allow(t, "/locks/", mayBoth)
	c := g.config()
	c.Prefix = "/lock"
	b := openAt(t, c)
	for name, operate := range everything() {
		err := operate(testContext(t), b)
		if !errors.Is(err, sdk.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
		contains(t, err, `"prefix"`)
	}
	if left := content(t, g.root, "/lock"); left != "" || len(leases(t, g.root)) != 0 {
		t.Errorf("left: %s, %x", left, leases(t, g.root))
	}
}

func TestWrongAndMissingPassword(t *testing.T) {
	t.Parallel()
	g := newGuarded(t)
	g.allow(t, "/locks/", mayBoth)
	wrong, nobody, none := g.config(), g.config(), g.config()
	wrong.Password = "wr0ng"
	nobody.User = "nobody"
	none.User, none.Password = "", ""
	for _, c := range []struct {
		config Config
		parts  []string
	}{
		{wrong, []string{"authentication failed", `check "user" and "password"`}},
		{nobody, []string{"authentication failed", `check "user" and "password"`}},
		{none, []string{"user name is empty", `give "user" and "password"`}},
	} {
		b := openAt(t, c.config)
		for name, operate := range everything() {
			err := operate(testContext(t), b)
			if !errors.Is(err, sdk.ErrRefused) {
				t.Errorf("%s: %v", name, err)
			}
			contains(t, err, append(c.parts, g.URL)...)
			if strings.Contains(err.Error(), "wr0ng") || strings.Contains(err.Error(), secret) {
				t.Errorf("%s shows the password: %v", name, err)
			}
		}
	}
}

func TestServerThatKnowsNoUsers(t *testing.T) {
	t.Parallel()
	ca := servers.NewAuthority(t)
	cert, key := ca.Issue(t, "127.0.0.1")
	server := servers.Etcd(t, "--cert-file", cert, "--key-file", key)
	b := openAt(t, Config{Endpoints: server.URL, CACert: ca.File, User: "ana", Password: secret})
	for name, operate := range everything() {
		err := operate(testContext(t), b)
		if !errors.Is(err, sdk.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
		contains(t, err, "authentication is not enabled", `remove "user" and "password"`)
	}
}

// Tokens end while a plugin lives on: after some time without use, and when
// users or roles are changed.
func TestTokenIsRenewed(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, "--auth-token-ttl", "1")
	g.allow(t, "/locks/", mayBoth)
	requests := new(log)
	b := openAt(t, g.config(), requests.tap().options()...)
	// On a busy machine more tokens end. Each costs one request that is refused,
	// one to log in, and the repeat.
	oncePerToken := func() (ended int) {
		ended = int(requests.failed.Load())
		if n := requests.count("log in"); n != ended+1 {
			t.Errorf("logged in %d times, while %d tokens ended", n, ended)
		}
		return ended
	}
	lease := acquire(t, b, want("deploy"))
	oncePerToken()
	time.Sleep(3 * time.Second) // the server looks for ended tokens every second
	if _, err := b.Renew(testContext(t), lease); err != nil {
		t.Errorf("with an ended token: %v", err)
	}
	_, err := g.root.RoleAdd(testContext(t), "another")
	fatal(t, err)
	release(t, b, lease)
	ended := oncePerToken()
	if ended == 0 {
		t.Error("no token ended")
	}
	const needed = 8
	if n := len(requests.kinds) - 2*ended - 1; n != needed {
		t.Errorf("%d requests for what takes %d: %q", n, needed, requests.kinds)
	}
}

// A user whom the client's certificate names needs no password.
func TestUserOfTheCertificate(t *testing.T) {
	t.Parallel()
	ca := servers.NewAuthority(t)
	cert, key := ca.Issue(t, "127.0.0.1")
	server := servers.Etcd(t, "--cert-file", cert, "--key-file", key, "--client-cert-auth", "--trusted-ca-file", ca.File, "--bcrypt-cost", "4")
	config := func(user string) Config {
		cert, key := ca.Issue(t, user)
		return Config{Endpoints: server.URL, CACert: ca.File, CertCert: cert, CertKey: key}
	}
	settings, err := config("root").settings()
	fatal(t, err)
	root, err := clientv3.New(clientv3.Config{Endpoints: settings.endpoints, TLS: settings.tls, Logger: zap.NewNop()})
	fatal(t, err)
	t.Cleanup(func() { _ = root.Close() })
	ctx := testContext(t)
	for _, user := range []string{"root", "ana", "bob"} {
		_, err := root.UserAddWithOptions(ctx, user, "", &clientv3.UserAddOptions{NoPassword: true})
		fatal(t, err)
	}
	_, err = root.UserGrantRole(ctx, "root", "root")
	fatal(t, err)
	_, err = root.RoleAdd(ctx, "lock")
	fatal(t, err)
	_, err = root.RoleGrantPermission(ctx, "lock", "/", clientv3.GetPrefixRangeEnd("/"), mayBoth)
	fatal(t, err)
	_, err = root.UserGrantRole(ctx, "ana", "lock")
	fatal(t, err)
	_, err = root.AuthEnable(ctx)
	fatal(t, err)
	everyOperation(t, openAt(t, config("ana")))
	if _, err := openAt(t, config("bob")).Acquire(ctx, want("deploy")); !errors.Is(err, sdk.ErrRefused) {
		t.Errorf("a user without the role: %v", err)
	}
}
