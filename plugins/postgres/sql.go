package postgres

import (
	_ "embed"
	"strings"
)

// The statements. Names in braces are put in: {table} and {fences} by a table,
// the rest here.
var (
	//go:embed sql/begin.sql
	rawBegin string
	//go:embed sql/tables.sql
	sqlTables string
	//go:embed sql/finish.sql
	rawFinish string
	//go:embed sql/repeat.sql
	rawRepeat string
	//go:embed sql/seen.sql
	sqlSeen string
	//go:embed sql/take.sql
	rawTake string
	//go:embed sql/renew.sql
	rawRenew string
	//go:embed sql/void.sql
	rawVoid string
	//go:embed sql/release.sql
	rawRelease string
	//go:embed sql/look.sql
	rawLook string
	//go:embed sql/page.sql
	rawPage string
	//go:embed sql/inorder.sql
	sqlInOrder string
	//go:embed sql/check.sql
	rawCheck string
	//go:embed sql/settings.sql
	sqlSettings string
	//go:embed sql/standbys.sql
	sqlStandbys string
	//go:embed sql/privileges.sql
	sqlPrivileges string

	sqlBegin   = shared.Replace(rawBegin)
	sqlFinish  = shared.Replace(rawFinish)
	sqlRepeat  = shared.Replace(rawRepeat)
	sqlTake    = shared.Replace(rawTake)
	sqlRenew   = shared.Replace(rawRenew)
	sqlVoid    = shared.Replace(rawVoid)
	sqlRelease = shared.Replace(rawRelease)
	sqlLook    = shared.Replace(rawLook)
	sqlPage    = shared.Replace(rawPage)
	sqlCheck   = shared.Replace(rawCheck)
)

// Times travel as microseconds since 1970, which need no setting of the session
// to be read. The clock is the one that runs on while a statement waits: that
// of now() stands still in a transaction.
const (
	sqlNow = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"

	// next is what a counter f becomes. The time keeps fences growing if the
	// counter was restored from a backup.
	sqlNext = "greatest(f.fence + 1, " + sqlNow + ")"

	// sound is whether the row t is a lock. Anything else is foreign data: the
	// columns allow for more than any stormlock writes.
	sqlSound = "((t.lease IS NOT NULL AND t.principal <> ''" +
		" AND t.created BETWEEN '0001-01-02 00:00+00' AND '9999-12-30 00:00+00' AND isfinite(t.expires)) IS TRUE)"

	// row is the row t as row.scan reads it. Reason and fence are ours only: if
	// Python took the lock over, they belong to a lease that has ended.
	sqlRow = sqlSound + ` AS sound,
    coalesce(t.lease::text, '') AS lease,
    coalesce(t.principal, '') AS principal,
    coalesce(CASE WHEN t.details_of = t.lease THEN t.reason END, '') AS reason,
    CASE WHEN ` + sqlSound + ` THEN (extract(epoch FROM t.created) * 1000000)::bigint ELSE 0 END AS created,
    CASE WHEN ` + sqlSound + ` THEN (extract(epoch FROM least(t.expires, clock_timestamp() + interval '200 years') - clock_timestamp()) * 1000000)::bigint ELSE 0 END AS remains,
    coalesce(CASE WHEN t.details_of = t.lease THEN t.fence END, 0) AS fence`
)

var shared = strings.NewReplacer("{now}", sqlNow, "{next}", sqlNext, "{sound}", sqlSound, "{row}", sqlRow)
