-- KEYS: the lock, the last fence, the mark that voids the id.
-- ARGV: id, principal, reason, TTL in ms, deadline.

local reply = look(KEYS[1])
if reply[1] ~= 'none' then
  return reply -- the caller's own lease, if it repeats the request
end
if redis.call('EXISTS', KEYS[3]) == 1 then
  return { 'void' }
end
if too_late(ARGV[5]) then
  return { 'late' }
end
-- At least the time, so that it grows even if an eviction took the last one.
local now = microseconds()
local fence = string.format('%.0f', math.max(tonumber(redis.call('GET', KEYS[2]) or 0) + 1, now))
redis.call('SET', KEYS[2], fence)
-- Numbers of this size are kept as text: cjson rounds them. The lock comes last, with
-- its expiry in the same command: whatever fails leaves none that never ends.
local lease = cjson.encode({
  id = ARGV[1], principal = ARGV[2], reason = ARGV[3], fence = fence,
  created_micros = string.format('%.0f', now),
})
redis.call('SET', KEYS[1], lease, 'PX', ARGV[4])
return { 'lease', lease, tonumber(ARGV[4]) }
