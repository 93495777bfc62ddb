package mysql

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk"
)

// privileges are what the package comment says that a user needs.
var privileges = []string{
	"SELECT ON stormlock", "INSERT ON stormlock", "UPDATE ON stormlock", "DELETE ON stormlock",
	"SELECT ON stormlock_fence", "INSERT ON stormlock_fence", "UPDATE ON stormlock_fence",
}

// user makes a user with privileges alone. He goes with the test.
func user(t testing.TB, p place, granted []string) Config {
	t.Helper()
	conn := connect(t, p)
	name := fmt.Sprintf("ops%d", places.Add(1))
	run(t, conn, "CREATE USER "+name+" IDENTIFIED BY 's3cr3t'")
	t.Cleanup(func() { _, _ = connect(t, place{p.addr, "mysql"}).Exec("DROP USER " + name) })
	for _, privilege := range granted {
		run(t, conn, "GRANT "+privilege+" TO "+name)
	}
	c := p.config()
	c.User, c.Password = name, "s3cr3t"
	return c
}

func TestDocumentedPrivilegesAreEnough(t *testing.T) {
	t.Parallel()
	_, conn, p := start(t)
	b := openAt(t, user(t, p, privileges))
	ready(t, b, "renew")
	for _, operation := range []string{"acquire", "current", "list", "renew", "setup", "release"} {
		if err := everything[operation](testContext(t), b); err != nil {
			t.Errorf("%s: %v", operation, err)
		}
	}
	acquire(t, b, want("deploy"))
	run(t, conn, endLease, "deploy")
	acquire(t, b, want("deploy")) // takes over
}

// Each privilege is needed, and without it no lock is changed.
func TestEachPrivilegeIsNeeded(t *testing.T) {
	t.Parallel()
	for _, missing := range privileges {
		t.Run(missing, func(t *testing.T) {
			t.Parallel()
			owner, conn, p := start(t)
			lease := acquire(t, owner, held())
			b := openAt(t, user(t, p, slices.DeleteFunc(slices.Clone(privileges), func(p string) bool { return p == missing })))
			refused := 0
			for name, call := range map[string]func() error{
				"free":    func() error { _, err := b.Acquire(testContext(t), want("free")); return err },
				"renew":   func() error { _, err := b.Renew(testContext(t), lease); return err },
				"current": func() error { return everything["current"](testContext(t), b) },
				"release": func() error { return b.Release(testContext(t), lease) },
			} {
				before := locks(t, conn)
				err := call()
				if errors.Is(err, sdk.ErrRefused) {
					refused++
					contains(t, err, "denied", "error 1142", "no lock was changed", "grant")
					if after := locks(t, conn); after != before {
						t.Errorf("%s changed\n%s to\n%s", name, before, after)
					}
				} else if err != nil && !errors.Is(err, sdk.ErrNotHeld) {
					t.Errorf("%s: %v", name, err)
				}
			}
			if refused == 0 {
				t.Error("it is not needed")
			}
		})
	}
}

func TestWrongPassword(t *testing.T) {
	t.Parallel()
	_, _, p := start(t)
	c := user(t, p, nil)
	c.Password = "hunter22"
	for name, operate := range everything {
		err := operate(testContext(t), openAt(t, c))
		if !errors.Is(err, sdk.ErrRefused) || strings.Contains(err.Error(), "hunter22") {
			t.Errorf("%s: %v", name, err)
		}
		contains(t, err, "error 1045", `check "user" and "password"`)
	}
}

func TestUserWithoutAnyRight(t *testing.T) {
	t.Parallel()
	_, _, p := start(t)
	err := everything["acquire"](testContext(t), openAt(t, user(t, p, nil)))
	if !errors.Is(err, sdk.ErrRefused) {
		t.Error(err)
	}
}

func TestSetupWithoutTheRight(t *testing.T) {
	t.Parallel()
	p := database(t)
	b := openAt(t, user(t, p, []string{"SELECT ON *"}))
	_, err := b.Setup(testContext(t), false)
	if !errors.Is(err, sdk.ErrRefused) {
		t.Error(err)
	}
	contains(t, err, "denied", "what a dry run prints")
	dryRun(t, b)
}

func TestUnknownDatabase(t *testing.T) {
	t.Parallel()
	c := database(t).config()
	c.Database = "there_is_none"
	err := everything["current"](testContext(t), openAt(t, c))
	if wrong, ok := errors.AsType[*sdk.ConfigError](err); !ok || wrong.Key != "database" {
		t.Error(err)
	}
}
