-- KEYS: the lock. ARGV: lease id (16 bytes), deadline.

local lock, refusal = own(KEYS[1], ARGV[1], ARGV[2])
if not lock then
  return refusal
end
redis.call('DEL', KEYS[1])
return answer('lease', lock)
