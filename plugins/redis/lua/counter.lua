-- What comes after lock.lua in the scripts that count.
--
-- A counter lies beside each lock. Every grant counts it up, which makes it the
-- fence, and so does every release that did not find its lease. A request to
-- take the lock carries what the counter was when its sender looked, and counts
-- for nothing once that has changed: however late or often it comes, it was
-- asked for before something that is over by then.

-- counted returns what the counter of a lock is, '' if there is none, and what
-- it is to be next. If what lies there is no counter, it returns nil and the
-- reply to give.
--
-- The counter grows even if the clock is set back, or if an eviction took it.
local function counted(key, now)
  local kind = redis.call('TYPE', key).ok
  if kind ~= 'none' and kind ~= 'string' then
    return nil, { 'no counter', key, 'a ' .. kind }
  end
  local last = redis.call('GET', key)
  if not last then
    return '', string.format('%.0f', microseconds(now))
  end
  if not string.match(last, '^%d+$') or tonumber(last) >= 9007199254740991 then
    return nil, { 'no counter', key, 'a string that is not a number' }
  end
  return last, string.format('%.0f', math.max(tonumber(last) + 1, microseconds(now)))
end
