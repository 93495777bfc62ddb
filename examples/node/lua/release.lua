-- KEYS: the lock, the mark that voids the id. ARGV: id, deadline.

local reply, id = look(KEYS[1])
if reply[1] == 'foreign' then
  return reply
end
if too_late(ARGV[2]) then
  return { 'late' }
end
-- Whether or not the lease is there: an acquire with its id that was sent before,
-- and comes only now, must take nothing. None is under way for an hour (deadline.js).
redis.call('SET', KEYS[2], '1', 'PX', 86400000)
if id ~= ARGV[1] then
  return { 'none' }
end
redis.call('DEL', KEYS[1])
return reply
