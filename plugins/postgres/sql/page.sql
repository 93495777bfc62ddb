-- A page of the current leases. $1: prefix, $2: the last resource of the page
-- before, $3: size.
SELECT t.resource, {row}
FROM {table} AS t
WHERE t.resource COLLATE "C" >= $1 AND t.resource COLLATE "C" > $2
  AND starts_with(t.resource COLLATE "C", $1) AND {sound} AND t.expires > clock_timestamp()
ORDER BY t.resource COLLATE "C"
LIMIT $3::bigint
