
-- show is the reply that says how the lock at a key stands.
local function show(key)
  local lock, foreign = look(key)
  if foreign then
    return { 'foreign', key, foreign }
  end
  if not lock then
    return none(key)
  end
  return answer('lease', lock)
end
