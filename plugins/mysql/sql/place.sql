-- Makes the row that a take needs, as a lock that has ended long ago. One that
-- is there stays as it is.
INSERT INTO {table} (resource, lease, principal, created, expires)
VALUES (?, x'00000000000000000000000000000000', ?, '1970-01-01 00:00:01', '1970-01-01 00:00:01')
ON DUPLICATE KEY UPDATE principal = principal
