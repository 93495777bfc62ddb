-- $1: resource, $2: lease id, $3: deadline, $4: TTL in seconds.
UPDATE {table} AS t SET expires = clock_timestamp() + $4::bigint * interval '1 second'
WHERE t.resource = $1 AND t.lease = $2::uuid AND {sound} AND t.expires > clock_timestamp() AND {now} < $3::bigint
RETURNING true, {row}
