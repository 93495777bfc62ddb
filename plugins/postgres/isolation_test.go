package postgres

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/stormlock/stormlock/sdk"
)

// settings that a role or a database can have, and that must not matter.
var odd = []string{
	"default_transaction_isolation = 'serializable'",
	"default_transaction_isolation = 'repeatable read'",
	"default_transaction_deferrable = on",
	"DateStyle = 'German, DMY'",
	"IntervalStyle = 'sql_standard'",
	"TimeZone = 'Asia/Kathmandu'",
	"extra_float_digits = -15",
	"bytea_output = 'escape'",
	"client_encoding = 'LATIN1'",
	"standard_conforming_strings = off",
	"search_path = ''",
	"idle_in_transaction_session_timeout = 1",
	"synchronous_commit = off",
	"enable_indexscan = off",
	"lc_messages = 'C'",
	"row_security = off",
	"transform_null_equals = on",
	"plan_cache_mode = 'force_generic_plan'",
}

func withSetting(t *testing.T, conn *pgx.Conn, at, setting string) string {
	t.Helper()
	user := role(t, conn)
	grant(t, conn, user, privileges)
	run(t, conn, "ALTER ROLE "+user+" SET "+setting)
	return asUser(t, at, user, "")
}

func TestSettingsOfARoleDoNotMatter(t *testing.T) {
	t.Parallel()
	_, conn, at := start(t)
	for _, setting := range odd {
		b := openAt(t, Config{Connection: withSetting(t, conn, at, setting)})
		w := want("naïve 🔒 of " + setting)
		lease := acquire(t, b, w)
		w.Created, w.Fence = lease.Created, lease.Fence
		same(t, lease, w)
		if got, err := b.Renew(testContext(t), w); err != nil {
			t.Errorf("%s: %v", setting, err)
		} else {
			same(t, got, lease)
		}
		if got, err := b.Current(testContext(t), w.Resource); err != nil {
			t.Errorf("%s: %v", setting, err)
		} else {
			same(t, got, lease)
		}
		if got := list(t, b, w.Resource); len(got) != 1 {
			t.Errorf("%s: %q", setting, got)
		}
		release(t, b, lease)
	}
}

// A fault of many: at a higher level the losers of a race get 40001 instead of
// learning who holds the lock.
func TestSerializableByDefault(t *testing.T) {
	t.Parallel()
	_, conn, at := start(t)
	at = withSetting(t, conn, at, "default_transaction_isolation = 'serializable'")
	for range 3 {
		const callers = 16
		errs := make([]error, callers)
		leases := make([]sdk.Lease, callers)
		var running sync.WaitGroup
		for i := range callers {
			b := openAt(t, Config{Connection: at})
			running.Go(func() { leases[i], errs[i] = b.Acquire(testContext(t), want("deploy")) })
		}
		running.Wait()
		winners := 0
		for i, err := range errs {
			if err == nil {
				winners++
				release(t, openAt(t, Config{Connection: at}), leases[i])
			} else if !errors.Is(err, sdk.ErrHeld) {
				t.Errorf("%v, want held", err)
			}
		}
		if winners != 1 {
			t.Errorf("%d winners", winners)
		}
	}
}

// The level in force, and how a commit waits for the disk, are seen from within.
func TestTransactionIsAsItMustBe(t *testing.T) {
	t.Parallel()
	_, conn, at := start(t)
	run(t, conn, "CREATE TABLE seen (level text, durable text)")
	run(t, conn, `CREATE FUNCTION see() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$ BEGIN
		INSERT INTO public.seen VALUES (current_setting('transaction_isolation'), current_setting('synchronous_commit')); RETURN new; END $$`)
	run(t, conn, "CREATE TRIGGER see BEFORE INSERT ON stormlock FOR EACH ROW EXECUTE FUNCTION see()")
	for setting, durable := range map[string]string{"off": "on", "local": "on", "on": "on", "remote_write": "remote_write", "remote_apply": "remote_apply"} {
		run(t, conn, "TRUNCATE seen")
		b := openAt(t, Config{Connection: withSetting(t, conn, at, "synchronous_commit = "+setting)})
		release(t, b, acquire(t, b, want("deploy")))
		if got := one[string](t, conn, "SELECT level || ', ' || durable FROM seen"); got != "read committed, "+durable {
			t.Errorf("synchronous_commit = %s: %s", setting, got)
		}
	}
}

func TestReadOnlyByDefault(t *testing.T) {
	t.Parallel()
	b, conn, at := start(t)
	lease := acquire(t, b, want("held"))
	before := dump(t, conn)
	b = openAt(t, Config{Connection: withSetting(t, conn, at, "default_transaction_read_only = on")})
	for name, err := range map[string]error{
		"acquire": errorOf(b.Acquire(testContext(t), want("free"))),
		"renew":   errorOf(b.Renew(testContext(t), lease)),
		"release": b.Release(testContext(t), lease),
	} {
		if !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
		contains(t, err, "read-only", "nothing was changed", "default_transaction_read_only")
	}
	_, err := openAt(t, Config{Connection: b.(*backend).config.ConnString(), Table: "other"}).Setup(testContext(t), false)
	if !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("setup: %v", err)
	}
	contains(t, err, "25006", `give the primary in "connection"`)
	if got, err := b.Current(testContext(t), "held"); err != nil || got.ID != lease.ID {
		t.Errorf("current on the primary: %+v, %v", got, err)
	}
	if after := dump(t, conn); after != before {
		t.Errorf("changed\n%s to\n%s", before, after)
	}
}

// The wait for another session is bounded by the request and nothing else.
func TestTimeoutsOfARoleDoNotMatter(t *testing.T) {
	t.Parallel()
	b, conn, at := start(t)
	lease := acquire(t, b, want("deploy"))
	user := withSetting(t, conn, at, "statement_timeout = 500")
	run(t, conn, "ALTER DATABASE "+one[string](t, conn, "SELECT current_database()")+" SET lock_timeout = 200")
	blocker := lockRow(t, at)
	var waiting sync.WaitGroup
	waiting.Go(func() {
		if _, err := openAt(t, Config{Connection: user}).Renew(testContext(t), lease); err != nil {
			t.Error(err)
		}
	})
	time.Sleep(time.Second)
	run(t, blocker, "ROLLBACK")
	waiting.Wait()
}
