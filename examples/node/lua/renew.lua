-- KEYS: the lock. ARGV: id, TTL in ms, deadline.

local reply, id = look(KEYS[1])
if id ~= ARGV[1] then
  return id and { 'none' } or reply
end
if too_late(ARGV[3]) then
  return { 'late' }
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return { 'lease', reply[2], tonumber(ARGV[2]) }
