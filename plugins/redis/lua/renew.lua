-- KEYS: the lock. ARGV: lease id (16 bytes), TTL in ms, deadline.

local lock, foreign = look(KEYS[1])
if foreign then
  return { 'foreign', KEYS[1], foreign }
end
if not lock or lock.id ~= ARGV[1] then
  return none(KEYS[1], lock)
end
if too_late(redis.call('TIME'), ARGV[3]) then
  return { 'late' }
end
if not string.match(ARGV[2], '^[1-9]%d*$') then
  return { 'invalid' }
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
lock.ttl = tonumber(ARGV[2])
return answer('lease', lock)
