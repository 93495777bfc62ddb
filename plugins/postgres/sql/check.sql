-- What the server is. It takes no transaction, whose own settings would hide
-- the defaults.
SELECT current_setting('server_version_num')::int,
       current_setting('server_version'),
       current_user::text,
       pg_backend_pid(),
       pg_is_in_recovery(),
       current_setting('default_transaction_read_only') = 'on',
       current_setting('default_transaction_isolation'),
       getdatabaseencoding()::text,
       {now}
