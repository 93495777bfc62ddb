package postgres

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
)

// foreign holds rows that Python's columns allow, but that no stormlock writes:
// lease, principal, created, expires.
var foreign = map[string][4]string{
	"no lease":           {"NULL", "'x'", "now()", "now() + interval '1 hour'"},
	"no principal":       {pythonID, "NULL", "now()", "now() + interval '1 hour'"},
	"empty principal":    {pythonID, "''", "now()", "now() + interval '1 hour'"},
	"no created":         {pythonID, "'x'", "NULL", "now() + interval '1 hour'"},
	"no end":             {pythonID, "'x'", "now()", "NULL"},
	"for ever":           {pythonID, "'x'", "now()", "'infinity'"},
	"ended always":       {pythonID, "'x'", "now()", "'-infinity'"},
	"created never":      {pythonID, "'x'", "'infinity'", "now() + interval '1 hour'"},
	"created always":     {pythonID, "'x'", "'-infinity'", "now() + interval '1 hour'"},
	"created before all": {pythonID, "'x'", "'0002-01-01 BC'", "now() + interval '1 hour'"},
	"created far off":    {pythonID, "'x'", "'294000-01-01'", "now() + interval '1 hour'"},
	"ended, no lease":    {"NULL", "'x'", "now()", "now() - interval '1 hour'"},
	"ended, principal":   {pythonID, "''", "now()", "now() - interval '1 hour'"},
	"nothing at all":     {"NULL", "NULL", "NULL", "NULL"},
}

// loosen makes our table as lax as Python's.
func loosen(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	for _, name := range []string{"lease", "principal", "created", "expires"} {
		run(t, conn, "ALTER TABLE stormlock ALTER COLUMN "+name+" DROP NOT NULL")
	}
}

func foreignInsert(row [4]string) string {
	return fmt.Sprintf("INSERT INTO stormlock (resource, lease, principal, created, expires) VALUES ($1, %s, %s, %s, %s)",
		row[0], row[1], row[2], row[3])
}

// held is the lease with the id that the almost-locks above hold.
func held() sdk.Lease {
	l := want("data")
	l.ID = pythonHex
	return l
}

// operations are tried with that id; acquire with another one, too.
var operations = func() map[string]backendtest.Operation {
	all := backendtest.Operations(held())
	all["acquire with another id"] = func(ctx context.Context, b sdk.Backend) error {
		_, err := b.Acquire(ctx, want("data"))
		return err
	}
	return all
}()

func TestForeignDataIsRefusedAndUnchanged(t *testing.T) {
	t.Parallel()
	b, conn, _ := start(t)
	loosen(t, conn)
	for kind, row := range foreign {
		run(t, conn, "TRUNCATE stormlock, stormlock_fence")
		run(t, conn, foreignInsert(row), "data")
		before := dump(t, conn)
		for name, operate := range operations {
			err := operate(testContext(t), b)
			if !errors.Is(err, sdk.ErrRefused) {
				t.Errorf("%s, %s: %v, want a refusal", kind, name, err)
			}
			contains(t, err, `table "public.stormlock"`, `resource "data"`, "not a lock", "nothing was changed")
			if after := dump(t, conn); after != before {
				t.Fatalf("%s, %s changed\n%s to\n%s", kind, name, before, after)
			}
		}
	}
}

// A database whose encoding is SQL_ASCII takes any bytes, which then cannot
// travel as text.
func TestForeignBytesAreRefused(t *testing.T) {
	t.Parallel()
	at := database(t, "ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
	b := openAt(t, Config{Connection: at})
	setup(t, b)
	conn := connect(t, at)
	run(t, conn, `INSERT INTO stormlock (resource, lease, principal, created, expires)
		VALUES ('data', `+pythonID+`, E'\377', now(), now() + interval '1 hour'), (E'\376', `+pythonID+`, 'x', now(), now() + interval '1 hour')`)
	const rows = "SELECT md5(string_agg(encode(x::text::bytea, 'hex'), ' ' ORDER BY ctid)) FROM stormlock x WHERE lease = " + pythonID
	before := one[string](t, conn, rows)
	for _, name := range []string{"acquire", "acquire with another id", "current"} {
		if err := operations[name](testContext(t), b); !errors.Is(err, sdk.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	lease := acquire(t, b, want("déploiement 🔒"))
	if got := list(t, b, ""); len(got) != 1 || got[0] != lease.Resource {
		t.Errorf("list: %q", got)
	}
	if one[string](t, conn, rows) != before {
		t.Error("a row was changed")
	}
}

// A database in another encoding cannot hold every name. What it can hold is
// stored as Python stores it.
func TestEncodingOfTheDatabase(t *testing.T) {
	t.Parallel()
	at := database(t, "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
	b := openAt(t, Config{Connection: at})
	setup(t, b)
	w := want("déploiement")
	acquire(t, b, w)
	conn := connect(t, at)
	if n := one[int](t, conn, "SELECT octet_length(resource) FROM stormlock"); n != len("deploiement") {
		t.Errorf("the name takes %d bytes", n)
	}
	before := dump(t, conn)
	for name, bad := range map[string]sdk.Lease{
		"resource": {Resource: "日本", ID: sdk.NewID(), Principal: "ana", TTL: time.Minute},
		"reason":   {Resource: "free", ID: sdk.NewID(), Principal: "ana", Reason: "🔒", TTL: time.Minute},
	} {
		_, err := b.Acquire(testContext(t), bad)
		if !errors.Is(err, sdk.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
		contains(t, err, "encoding", "no lock was changed")
	}
	if after := dump(t, conn); after != before {
		t.Errorf("changed\n%s to\n%s", before, after)
	}
}
