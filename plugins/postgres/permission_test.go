package postgres

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/stormlock/stormlock/sdk"
)

var roles atomic.Int64

// role makes a user without rights. It goes with the test.
func role(t testing.TB, conn *pgx.Conn) string {
	t.Helper()
	name := fmt.Sprintf("%s_ops%d", one[string](t, conn, "SELECT current_database()"), roles.Add(1))
	run(t, conn, "CREATE ROLE "+name+" LOGIN PASSWORD 's3cr3t'")
	t.Cleanup(func() { run(t, conn, "DROP OWNED BY "+name); run(t, conn, "DROP ROLE "+name) })
	return name
}

// privileges are what the package comment says that a user needs.
var privileges = []string{
	"USAGE ON SCHEMA public",
	"SELECT ON stormlock", "INSERT ON stormlock", "UPDATE ON stormlock", "DELETE ON stormlock",
	"SELECT ON stormlock_fence", "INSERT ON stormlock_fence", "UPDATE ON stormlock_fence",
}

func grant(t testing.TB, conn *pgx.Conn, user string, privileges []string) {
	t.Helper()
	run(t, conn, "REVOKE ALL ON SCHEMA public FROM public")
	for _, privilege := range privileges {
		run(t, conn, "GRANT "+privilege+" TO "+user)
	}
}

func TestDocumentedPrivilegesAreEnough(t *testing.T) {
	t.Parallel()
	_, conn, at := start(t)
	user := role(t, conn)
	grant(t, conn, user, privileges)
	b := openAt(t, Config{Connection: asUser(t, at, user, "")})
	everyOperation(t, b, "deploy")
	if statements := setup(t, b); len(statements) != 0 {
		t.Errorf("setup did %q", statements)
	}
	acquire(t, b, want("deploy"))
	run(t, conn, endLease, "deploy")
	acquire(t, b, want("deploy")) // takes over
}

// Each privilege is needed, and without it nothing is written.
func TestEachPrivilegeIsNeeded(t *testing.T) {
	t.Parallel()
	for _, missing := range privileges {
		t.Run(missing, func(t *testing.T) {
			t.Parallel()
			owner, conn, at := start(t)
			lease := acquire(t, owner, want("data"))
			user := role(t, conn)
			grant(t, conn, user, slices.DeleteFunc(slices.Clone(privileges), func(p string) bool { return p == missing }))
			b := openAt(t, Config{Connection: asUser(t, at, user, "")})
			before := dump(t, conn)
			refused := 0
			for name, err := range map[string]error{
				"acquire": operations["acquire"](testContext(t), b),
				"free":    errorOf(b.Acquire(testContext(t), want("free"))),
				"renew":   errorOf(b.Renew(testContext(t), lease)),
				"release": b.Release(testContext(t), lease),
				"current": operations["current"](testContext(t), b),
			} {
				if errors.Is(err, sdk.ErrRefused) {
					refused++
					contains(t, err, "permission denied", "SQLSTATE 42501", "no lock was changed", "grant")
				} else if err != nil && !errors.Is(err, sdk.ErrHeld) && !errors.Is(err, sdk.ErrNotHeld) {
					t.Errorf("%s: %v", name, err)
				}
			}
			if refused == 0 {
				t.Error("it is not needed")
			}
			if table, _ := strings.CutSuffix(missing, " ON stormlock"); table == "SELECT" || strings.Contains(missing, "SCHEMA") {
				if after := dump(t, conn); after != before {
					t.Errorf("changed\n%s to\n%s", before, after)
				}
			}
			if strings.Contains(missing, "fence") && one[int](t, conn, "SELECT count(*) FROM stormlock WHERE resource = 'free'") != 0 {
				t.Error("a lock was taken")
			}
		})
	}
}

func errorOf[T any](_ T, err error) error { return err }
