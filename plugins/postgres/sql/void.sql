-- Makes every take that has looked already come to nothing, by counting up what
-- it compares. The statement waits for one that is not committed yet; so what
-- follows it sees whether that took the lock.
-- $1: resource, $2: deadline.
INSERT INTO {fences} AS f (resource, fence)
SELECT $1, {now} WHERE {now} < $2::bigint
ON CONFLICT (resource) DO UPDATE SET fence = {next}
