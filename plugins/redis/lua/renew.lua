-- KEYS: the lock. ARGV: lease id (16 bytes), TTL in ms, deadline.

local lock, refusal = own(KEYS[1], ARGV[1], ARGV[3], none)
if not lock then
  return refusal
end
if not string.match(ARGV[2], '^[1-9]%d*$') then
  return { 'invalid' }
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
lock.ttl = tonumber(ARGV[2])
return answer('lease', lock)
