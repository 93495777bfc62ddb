-- Takes a lock that is free or whose time is up, and returns the lease; or
-- returns the row that is in the way.
-- $1: resource, $2: lease id, $3: principal, $4: reason, $5: TTL in seconds,
-- $6: deadline, $7: the counter as it was seen, or NULL if there was none.
--
-- The first guard is the counter: if it is not the one that was seen, others
-- were granted the lock or gave it up since, perhaps this very request's sender.
-- The second is the last WHERE, which sees the row as it is once all others are
-- done with it. The look before spares who is refused from locking the row,
-- which would keep its holder from renewing for as long as the one who is
-- refused takes to hang up.
WITH before AS (
  SELECT r.*, r.remains <= 0 AS over
  FROM (SELECT {row} FROM {table} AS t WHERE t.resource = $1) AS r
),
-- Bumped first, so that its row, which all of ours wait for, orders the grants
-- as it orders the fences. If the lock is not taken after all, the transaction
-- is rolled back. The WHERE sees the counter with its row locked. A counter that
-- was seen and is gone is not begun anew.
counted AS (
  INSERT INTO {fences} AS f (resource, fence)
  SELECT $1, {now}
  WHERE {now} < $6::bigint AND NOT EXISTS (SELECT FROM before WHERE NOT over)
    AND ($7::bigint IS NULL OR EXISTS (SELECT FROM {fences} WHERE resource = $1))
  ON CONFLICT (resource) DO UPDATE SET fence = {next}
  WHERE f.fence IS NOT DISTINCT FROM $7::bigint
  RETURNING f.fence
),
taken AS (
  INSERT INTO {table} AS t (resource, lease, principal, created, expires, reason, fence, details_of)
  SELECT $1, $2::uuid, $3, clock_timestamp(), clock_timestamp() + $5::bigint * interval '1 second', $4, counted.fence, $2::uuid
  FROM counted WHERE {now} < $6::bigint
  ON CONFLICT (resource) DO UPDATE SET
    lease = excluded.lease, principal = excluded.principal,
    created = clock_timestamp(), expires = clock_timestamp() + $5::bigint * interval '1 second',
    reason = excluded.reason, fence = excluded.fence, details_of = excluded.details_of
  WHERE {sound} AND t.expires <= clock_timestamp() AND {now} < $6::bigint
  RETURNING {row}
)
SELECT true, taken.* FROM taken
UNION ALL
SELECT false, sound, lease, principal, reason, created, remains, fence FROM before WHERE NOT over
