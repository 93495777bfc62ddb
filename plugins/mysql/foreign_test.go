package mysql

import (
	"errors"
	"testing"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// foreign are rows that no stormlock writes.
var foreign = map[string]string{
	"no lease":       "NULL, 'x', NOW(), '2030-01-01'",
	"no principal":   "x'00', NULL, NOW(), '2030-01-01'",
	"empty":          "x'00', '', NOW(), '2030-01-01'",
	"no beginning":   "x'00', 'x', NULL, '2030-01-01'",
	"no end":         "x'00', 'x', NOW(), NULL",
	"ended, empty":   "x'00', '', '2001-01-01', '2001-01-02'",
	"beginning zero": "x'00', 'x', '0000-00-00', '2030-01-01'",
	"end zero":       "x'00', 'x', NOW(), '0000-00-00'",
}

func TestForeignRowIsRefusedAndLeftAlone(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	run(t, conn, "SET sql_mode = ''")
	for name, values := range foreign {
		run(t, conn, "DELETE FROM stormlock")
		run(t, conn, "INSERT INTO stormlock (resource, lease, principal, created, expires) VALUES ('data', "+values+")")
		before := everywhere(t, conn)
		for operation, operate := range everything {
			err := operate(testContext(t), b)
			if operation == "setup" || operation == "list" {
				if err != nil {
					t.Errorf("%s: %s: %v", name, operation, err)
				}
				continue
			}
			if !errors.Is(err, sdk.ErrRefused) {
				t.Errorf("%s: %s: %v", name, operation, err)
			}
			contains(t, err, `.stormlock" has a row for resource "data" that is not a lock`)
		}
		if names := list(t, b, ""); len(names) != 0 {
			t.Errorf("%s: list: %q", name, names)
		}
		if after := everywhere(t, conn); after != before {
			t.Errorf("%s: changed\n%s to\n%s", name, before, after)
		}
	}
}

// A row that is not a lock appears between the look and the request that decides.
func TestForeignRowThatComesMeanwhile(t *testing.T) {
	t.Parallel()
	straight, conn, p := start(t)
	for operation, at := range map[string]func(string) bool{"acquire": isTake, "renew": isRenew, "release": isDelete} {
		ready(t, straight, operation)
		b := openAt(t, p.behind(t, servers.Wire{Hold: first(at, func() { run(t, conn, "UPDATE stormlock SET principal = ''") })}))
		if err := everything[operation](testContext(t), b); !errors.Is(err, sdk.ErrRefused) {
			t.Errorf("%s: %v", operation, err)
		}
		if one[int](t, conn, "SELECT COUNT(*) FROM stormlock WHERE principal = ''") != 1 {
			t.Errorf("%s: the row was changed", operation)
		}
		run(t, conn, "DELETE FROM stormlock")
	}
}
