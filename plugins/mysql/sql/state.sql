-- Who follows the server, and its place in a cluster.
SHOW GLOBAL STATUS WHERE Variable_name IN ('Slaves_connected', 'Rpl_semi_sync_master_clients', 'Rpl_semi_sync_source_clients',
  'Rpl_semi_sync_master_status', 'Rpl_semi_sync_source_status', 'wsrep_cluster_size', 'wsrep_cluster_status')
