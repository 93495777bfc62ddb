-- $1: resource, $2: lease id, $3: deadline.
DELETE FROM {table} AS t
WHERE t.resource = $1 AND t.lease = $2::uuid AND {sound} AND t.expires > clock_timestamp() AND {now} < $3::bigint
RETURNING true, {row}
