-- KEYS: the lock.

local lock, foreign = look(KEYS[1])
if foreign then
  return { 'foreign', KEYS[1], foreign }
end
if not lock then
  return none(KEYS[1])
end
return answer('lease', lock)
