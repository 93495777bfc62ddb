-- KEYS: the lock, its counter. ARGV: lease id (16 bytes), deadline.

-- void is the reply that the lease does not hold the lock, once it cannot take
-- it any more. A release that does find its lease need not count: the grant did.
-- The SET shows that the server is the primary; nothing that writes may come
-- before it, since that would switch off Redis's check for memory.
local function void()
  local now = redis.call('TIME')
  if too_late(now, ARGV[2]) then
    return { 'late' }
  end
  local last, following = counted(KEYS[2], now)
  if not last then
    return following
  end
  redis.call('SET', KEYS[2], following)
  return { 'none' }
end

local lock, refusal = own(KEYS[1], ARGV[1], ARGV[2], void)
if not lock then
  return refusal
end
redis.call('DEL', KEYS[1])
return answer('lease', lock)
