-- The statement that gives this user what it lacks on the schema and on each
-- table, or an empty text. What does not exist has no row.
-- $1: the schema, $2: the table, $3: the fence table.
WITH needed AS (
  SELECT 0 AS place, 'USAGE' AS privilege, 'SCHEMA ' || quote_ident(n.nspname) AS object, has_schema_privilege(n.oid, 'USAGE') AS granted
  FROM pg_namespace AS n WHERE n.nspname = $1::text
  UNION ALL
  SELECT p.place, p.privilege, format('%I.%I', n.nspname, c.relname),
         has_table_privilege(c.oid, p.privilege) OR p.privilege <> 'DELETE' AND NOT EXISTS
           (SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                                            AND NOT has_column_privilege(c.oid, a.attnum, p.privilege))
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace,
       unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) WITH ORDINALITY AS p (privilege, place)
  WHERE n.nspname = $1::text AND (c.relname = $2::text OR c.relname = $3::text AND p.privilege <> 'DELETE')
    AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
)
SELECT coalesce('GRANT ' || string_agg(privilege, ', ' ORDER BY place) FILTER (WHERE NOT granted)
                || ' ON ' || object || ' TO ' || quote_ident(current_user) || ';', '')
FROM needed GROUP BY object
