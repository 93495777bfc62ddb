-- An acquire with the id of the current lease changes nothing. The row is
-- written nevertheless, so that the commit waits for the standby as that of the
-- first attempt did, whose answer may have been lost just there. A lease that has
-- ended is left to take.sql, which locks the counter before the row.
-- $1: resource, $2: lease id, $3: deadline.
UPDATE {table} AS t SET lease = t.lease
WHERE t.resource = $1 AND t.lease = $2::uuid AND t.expires > clock_timestamp() AND {now} < $3::bigint
