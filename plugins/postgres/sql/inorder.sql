-- Has the next statement read an index in its order. A planner that does not know
-- yet how a table has grown would rather sort all of it, anew for each page.
SELECT set_config('enable_sort', 'off', true),
       set_config('enable_bitmapscan', 'off', true),
       set_config('enable_seqscan', 'off', true)
