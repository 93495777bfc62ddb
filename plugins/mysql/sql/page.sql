-- A page of the current leases, in the order of the names' bytes. From the prefix
-- up to the first name behind all that have it, above the last of the page
-- before.
SELECT t.resource, {row}
FROM {table} AS t
WHERE t.resource >= ? AND t.resource > ? AND (? = '' OR t.resource < ?)
  AND {sound} AND t.expires > SYSDATE(6)
ORDER BY t.resource
LIMIT ?
