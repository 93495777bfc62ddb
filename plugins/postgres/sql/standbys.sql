-- How many standbys follow, how many of them a commit waits for, and whether this
-- user may see which. Subscribers of logical replication take over from nobody.
SELECT count(*),
       count(*) FILTER (WHERE r.sync_state IN ('sync', 'quorum')),
       count(*) = count(r.sync_state)
FROM pg_stat_replication AS r
WHERE NOT EXISTS (SELECT FROM pg_replication_slots AS s WHERE s.active_pid = r.pid AND s.slot_type = 'logical')
