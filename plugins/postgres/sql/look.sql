-- The row of a resource as it is now. $1: resource.
SELECT false, {row} FROM {table} AS t WHERE t.resource = $1
