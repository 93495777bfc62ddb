//go:build seeded

package postgres

import (
	"os"
	"strings"
)

// Faults on purpose, for a harness that has to find them.
func init() {
	switch os.Getenv("STORMLOCK_SEED") {
	case "postgres-without-time-zone":
		seedWithoutTimeZone(os.Getpid())
	case "postgres-fence-default":
		seedFenceDefault()
	case "postgres-no-deadline":
		seedNoDeadline()
	case "postgres-renew-without-expiry":
		seedRenewWithoutExpiry()
	}
}

// swap never does nothing in silence.
func swap(text, old, by string) string {
	if !strings.Contains(text, old) {
		panic("a seed looks in vain for: " + old)
	}
	return strings.ReplaceAll(text, old, by)
}

// Python's: times without a time zone, in sessions of different zones. That
// setup makes such a table is part of it.
func seedWithoutTimeZone(pid int) {
	zones := []string{"Asia/Tokyo", "UTC", "America/New_York"}
	sqlCreateTable = swap(sqlCreateTable, "timestamptz", "timestamp")
	sqlTables = swap(sqlTables, "format_type(a.atttypid, NULL)", "replace(format_type(a.atttypid, NULL), 'without', 'with')")
	sqlBegin = swap(sqlBegin, "set_config('statement_timeout', $1, true)",
		"set_config('statement_timeout', $1, true) || set_config('TimeZone', '"+zones[pid%len(zones)]+"', true)")
}

const (
	seenGuard = "  WHERE f.fence IS NOT DISTINCT FROM $7::bigint\n"
	goneGuard = "    AND ($7::bigint IS NULL OR EXISTS (SELECT FROM {fences} WHERE resource = $1))\n"
)

// The fence is drawn in the first trip, as a default of nextval is before the
// row is locked, and some are slow to use it.
func seedFenceDefault() {
	sqlSeen = shared.Replace("SELECT {now} + length(pg_sleep(2 * random() ^ 4)::text) + length(left($1::text, 0))")
	take := swap(swap(rawTake, seenGuard, ""), goneGuard, "")
	sqlTake = shared.Replace(swap(take, "$4, counted.fence, $2::uuid", "$4, $7::bigint, $2::uuid"))
}

// A request takes the lock whenever it arrives: nothing ends it, and neither a
// grant nor a release counts for it.
func seedNoDeadline() {
	begin := swap(rawBegin, "set_config('idle_in_transaction_session_timeout', $1, true)", "set_config('idle_in_transaction_session_timeout', '0', true)")
	begin = swap(begin, "set_config('statement_timeout', $1, true)", "set_config('statement_timeout', left($1, 0) || '0', true)")
	sqlBegin = shared.Replace(swap(begin, "set_config('lock_timeout', $2, true)", "set_config('lock_timeout', left($2, 0) || '0', true)"))
	finish := swap(rawFinish, "{now} < $1::bigint", "true")
	sqlFinish = shared.Replace(swap(finish, "greatest(1, ($1::bigint - {now}) / 1000)::text", "left($1::bigint::text, 0) || '0'"))
	take := swap(swap(rawTake, seenGuard, ""), goneGuard, "")
	sqlTake = shared.Replace(swap(take, "{now} < $6::bigint", "coalesce($6::bigint, $7::bigint) IS NOT NULL"))
	sqlRepeat = shared.Replace(swap(rawRepeat, "{now} < $3::bigint", "$3::bigint IS NOT NULL"))
	sqlRenew = shared.Replace(swap(rawRenew, "{now} < $3::bigint", "$3::bigint IS NOT NULL"))
	sqlRelease = shared.Replace(swap(rawRelease, "{now} < $3::bigint", "$3::bigint IS NOT NULL"))
	sqlVoid = shared.Replace(swap(rawVoid, "{now} < $2::bigint", "$2::bigint IS NULL"))
}

// Whoever held the lock last renews it, however long ago it ended.
func seedRenewWithoutExpiry() {
	sqlRenew = shared.Replace(swap(rawRenew, " AND t.expires > clock_timestamp()", ""))
}
