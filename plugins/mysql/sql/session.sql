-- Settings of the session, none of which may be the server's or the user's
-- default: the zone in which times are read and written, that nothing is cut to
-- size or made a zero date in silence, that each statement commits by itself and
-- sees what others have committed, the character set, and for how many seconds to
-- wait: for rows, for tables, for the next statement.
-- The last lines are what MariaDB and MySQL call differently.
SET time_zone = '+00:00',
    sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
    autocommit = 1,
    character_set_client = utf8mb4,
    character_set_results = utf8mb4,
    collation_connection = utf8mb4_bin,
    sql_select_limit = 18446744073709551615,
    innodb_lock_wait_timeout = ?,
    lock_wait_timeout = ?,
    wait_timeout = ?
    /*M!100100 , tx_isolation = 'READ-COMMITTED', max_statement_time = 0 */
    /*!50720 , transaction_isolation = 'READ-COMMITTED' */
