-- KEYS: the lock, its counter.
-- ARGV: lease id (16 bytes), principal, reason, TTL in ms, deadline, the counter
-- as the sender saw it.

local lock, foreign = look(KEYS[1])
if foreign then
  return { 'foreign', KEYS[1], foreign }
end
if lock then
  return answer(lock.id == ARGV[1] and 'lease' or 'held', lock)
end
local now = redis.call('TIME')
if too_late(now, ARGV[5]) then
  return { 'late' }
end

-- An error does not undo what a script has written before, so everything that
-- can be found wrong is looked for now.
if #ARGV[1] ~= 16 or ARGV[2] == '' or not string.match(ARGV[4], '^[1-9]%d*$') then
  return { 'invalid' }
end
local last, fence = counted(KEYS[2], now)
if not last then
  return fence
end
if last ~= ARGV[6] then
  return { 'overtaken' }
end
local created = string.format('%d.%06d', now[1], now[2])

-- A server that refuses a command halfway (an ACL) must not leave a lock that
-- never expires. So the lock itself comes after a PEXPIRE that has nothing to
-- act on yet and only shows that the last one will be allowed. Nothing that can
-- fail comes after that one.
redis.call('SET', KEYS[2], fence)
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('HSET', KEYS[1], 'id', ARGV[1], 'p', ARGV[2], 'c', created, 'r', ARGV[3], 'f', fence)
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return { 'lease', ARGV[1], ARGV[2], created, ARGV[3], fence, tonumber(ARGV[4]) }
