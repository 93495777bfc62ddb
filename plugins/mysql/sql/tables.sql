-- What has the names of the two tables, column by column; nothing for one that
-- does not exist or that this user may not see. Each time the names are given
-- alone, so that the server looks at these two and not at all that there are.
SELECT 'locks', t.table_type, COALESCE(t.engine, ''), EXISTS (SELECT 1 FROM information_schema.statistics AS i
               WHERE i.table_schema = {database} AND i.table_name = {lock name} AND i.non_unique = 0
               GROUP BY i.index_name HAVING COUNT(*) = 1 AND MAX(i.column_name = 'resource' AND i.sub_part IS NULL)), c.column_name, c.column_type,
       COALESCE(c.character_set_name, ''), c.extra
FROM information_schema.tables AS t
JOIN information_schema.columns AS c ON c.table_schema = {database} AND c.table_name = {lock name}
WHERE t.table_schema = {database} AND t.table_name = {lock name}
UNION ALL
SELECT 'fences', t.table_type, COALESCE(t.engine, ''), EXISTS (SELECT 1 FROM information_schema.statistics AS i
               WHERE i.table_schema = {database} AND i.table_name = {fence name} AND i.non_unique = 0
               GROUP BY i.index_name HAVING COUNT(*) = 1 AND MAX(i.column_name = 'resource' AND i.sub_part IS NULL)), c.column_name, c.column_type,
       COALESCE(c.character_set_name, ''), c.extra
FROM information_schema.tables AS t
JOIN information_schema.columns AS c ON c.table_schema = {database} AND c.table_name = {fence name}
WHERE t.table_schema = {database} AND t.table_name = {fence name}
