    /*M!100100 , wsrep_sync_wait = 15 */
