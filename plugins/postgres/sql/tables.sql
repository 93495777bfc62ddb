-- What has the names of the two tables. $1, $2: their names.
SELECT c.relname::text,
       c.relkind::text,
       c.relpersistence::text,
       row_security_active(c.oid),
       ARRAY(SELECT a.attname::text || ' ' || format_type(a.atttypid, NULL) FROM pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
       EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
               WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indimmediate
                 AND i.indpred IS NULL AND i.indnkeyatts = 1 AND a.attname = 'resource'),
       EXISTS (SELECT FROM pg_attribute a JOIN pg_collation l ON l.oid = a.attcollation
               WHERE a.attrelid = c.oid AND a.attname = 'resource' AND NOT l.collisdeterministic)
FROM pg_class c
WHERE c.oid = ANY (ARRAY[to_regclass($1), to_regclass($2)])
