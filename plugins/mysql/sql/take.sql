-- Takes a lock whose time is up, and counts.
--
-- The first guard is the counter: if it is not the one that was seen, others
-- were granted the lock or gave it up since, perhaps this very request's sender.
-- The others are that the row is a lock, that it is over, and that this request
-- is not. The counter's row is locked before the lock's; all is judged once both
-- are.
UPDATE {fences} AS f STRAIGHT_JOIN {table} AS t ON t.resource = f.resource
SET f.fence = ?,
    t.lease = ?, t.principal = ?, t.reason = ?, t.fence = ?, t.details_of = ?,
    t.created = TIMESTAMPADD(MICROSECOND, ?, '1970-01-01'),
    t.expires = TIMESTAMPADD(SECOND, ?, SYSDATE(6))
WHERE f.resource = ? AND t.resource = ?
  AND f.fence = ?
  AND {sound} AND t.expires <= SYSDATE(6)
  AND {now} < ?
