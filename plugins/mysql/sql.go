package mysql

import (
	_ "embed"
	"strings"
)

// The statements. Names in braces are put in: {table} and {fences} by a table,
// the rest here.
var (
	//go:embed sql/session.sql
	rawSession string
	//go:embed sql/cluster.sql
	rawCluster string
	//go:embed sql/server.sql
	rawServer string
	//go:embed sql/tables.sql
	rawTables string
	//go:embed sql/look.sql
	rawLook string
	//go:embed sql/count.sql
	rawCount string
	//go:embed sql/place.sql
	rawPlace string
	//go:embed sql/take.sql
	rawTake string
	//go:embed sql/renew.sql
	rawRenew string
	//go:embed sql/void.sql
	rawVoid string
	//go:embed sql/release.sql
	rawRelease string
	//go:embed sql/page.sql
	rawPage string
	//go:embed sql/settings.sql
	rawSettings string
	//go:embed sql/state.sql
	rawState string

	sqlSession = prepare(rawSession)
	sqlCluster = prepare(rawCluster)
	sqlServer  = prepare(rawServer)
	sqlTables  = prepare(rawTables)
	sqlLook    = prepare(rawLook)
	sqlCount   = prepare(rawCount)
	sqlPlace   = prepare(rawPlace)
	sqlTake    = prepare(rawTake)
	sqlRenew   = prepare(rawRenew)
	sqlVoid    = prepare(rawVoid)
	sqlRelease = prepare(rawRelease)
	sqlPage    = prepare(rawPage)

	sqlSettings = prepare(rawSettings)
	sqlState    = prepare(rawState)
)

// Times travel as microseconds since 1970, which need no setting of the session
// to be read. The clock is the one that runs on while a statement waits: that of
// NOW() stands still.
const (
	sqlNow = "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', SYSDATE(6))"

	// sound is whether the row t is a lock. Anything else is foreign data: the
	// columns allow for more than any stormlock writes. An empty text equals one
	// of spaces, so it is its length that counts.
	sqlSound = "COALESCE(lease IS NOT NULL AND LENGTH(principal) > 0" +
		" AND created >= '1970-01-01 00:00:01' AND expires >= '1970-01-01 00:00:01', FALSE)"

	// row is the row t as rowOf reads it. Reason and fence are ours only: if
	// Python took the lock over, they belong to a lease that has ended.
	sqlRow = sqlSound + `, HEX(t.lease), t.principal,
       IF(t.details_of = t.lease, t.reason, NULL),
       TIMESTAMPDIFF(MICROSECOND, '1970-01-01', t.created),
       TIMESTAMPDIFF(MICROSECOND, SYSDATE(6), t.expires),
       IF(t.details_of = t.lease, t.fence, NULL)`
)

var shared = strings.NewReplacer("{now}", sqlNow, "{sound}", sqlSound, "{row}", sqlRow)

// prepare leaves the comments out of a statement, which are for its reader, and
// puts in what several share.
func prepare(raw string) string {
	var lines []string
	for line := range strings.Lines(raw) {
		if !strings.HasPrefix(line, "--") {
			lines = append(lines, line)
		}
	}
	return shared.Replace(strings.TrimRight(strings.Join(lines, ""), "\n"))
}
