-- The last statement before a commit, which may come late or never: the server
-- ends the transaction at the deadline unless the commit has come by then.
-- $1: the request's deadline.
SELECT {now} < $1::bigint,
       set_config('idle_in_transaction_session_timeout', greatest(1, ($1::bigint - {now}) / 1000)::text, true)
