-- The time, the counter of a resource, and its row as they are now; all the rest
-- is empty where there is none.
SELECT {now}, COALESCE(f.fence, 0), f.resource IS NOT NULL, t.resource IS NOT NULL, {row}
FROM (SELECT 1) AS one
LEFT JOIN {fences} AS f ON f.resource = ?
LEFT JOIN {table} AS t ON t.resource = ?
