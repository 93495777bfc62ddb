-- What every script begins with.

-- look returns the reply that shows the lease at a key, and its id.
local function look(key)
  local kind = redis.call('TYPE', key).ok
  if kind == 'none' then
    return { 'none' }
  end
  local text = kind == 'string' and redis.call('GET', key) or ''
  local ok, lease = pcall(cjson.decode, text)
  local left = redis.call('PTTL', key)
  if not ok or type(lease) ~= 'table' or not lease.id or left < 0 then
    return { 'foreign' } -- another application's: it stays as it is
  end
  return { 'lease', text, left }, lease.id
end

-- microseconds returns what time it is by the server's clock.
local function microseconds()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

-- too_late reports whether the caller has given up by now.
local function too_late(deadline)
  return microseconds() > tonumber(deadline)
end
