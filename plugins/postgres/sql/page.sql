-- A page of the current leases. $1: prefix, $2: the last resource of the page
-- before, $3: size.
--
-- The order is that of the column, for that is the index's. In a table of ours it
-- is that of bytes, in which those with the prefix lie together. The times are
-- floating-point numbers on the way, which cost a third of exact ones and are as
-- good, to the microsecond, for two hundred years.
SELECT t.resource, t.lease::text, t.principal,
       coalesce(CASE WHEN t.details_of = t.lease THEN t.reason END, ''),
       (date_part('epoch', t.created) * 1000000)::bigint,
       (least(date_part('epoch', t.expires) - date_part('epoch', clock_timestamp()), 6307200000) * 1000000)::bigint,
       coalesce(CASE WHEN t.details_of = t.lease THEN t.fence END, 0)
FROM {table} AS t
WHERE t.resource COLLATE "C" >= $1 AND t.resource > $2
  AND starts_with(t.resource COLLATE "C", $1) AND {sound} AND t.expires > clock_timestamp()
ORDER BY t.resource
LIMIT $3::bigint
