-- Settings by which a lock that was acknowledged can be lost. Those that this
-- user may not see are not among the rows.
SELECT name, setting FROM pg_settings
WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'synchronous_standby_names')
