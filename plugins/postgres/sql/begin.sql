-- Readies a transaction and tells what the server is.
-- $1: milliseconds for a statement, $2: those to wait for another session,
-- $3: the schema, $4: the table with its schema, $5: the table alone.
--
-- A commit waits for the disk even where the server's setting would not. A
-- database without an encoding gets and gives bytes: it would refuse to show a
-- row that is not UTF-8.
SELECT set_config('statement_timeout', $1, true),
       set_config('lock_timeout', $2, true),
       set_config('idle_in_transaction_session_timeout', $1, true),
       CASE WHEN current_setting('synchronous_commit') IN ('off', 'local')
            THEN set_config('synchronous_commit', 'on', true) END,
       CASE WHEN getdatabaseencoding() = 'SQL_ASCII' THEN set_config('client_encoding', 'SQL_ASCII', true) END,
       {now},
       pg_is_in_recovery(),
       current_setting('transaction_read_only') = 'on',
       quote_literal(current_setting('TimeZone')),
       to_regnamespace($3) IS NOT NULL,
       coalesce((SELECT relnamespace::regnamespace::text FROM pg_class
                 WHERE oid = to_regclass($5) AND oid IS DISTINCT FROM to_regclass($4)), '')
