-- KEYS: the lock. ARGV: lease id (16 bytes), deadline.

local lock, foreign = look(KEYS[1])
if foreign then
  return { 'foreign', KEYS[1], foreign }
end
if not lock or lock.id ~= ARGV[1] then
  return none(KEYS[1], lock)
end
if too_late(redis.call('TIME'), ARGV[2]) then
  return { 'late' }
end
redis.call('DEL', KEYS[1])
return answer('lease', lock)
