-- What every script begins with: reading what lies at the key of a lock.
--
-- A lock is a hash with the fields id (16 bytes), p (the principal) and c (the
-- seconds at which it was taken, in decimal), and with an expiry. Anything else
-- is another application's data, which no script may change.
-- Ours adds r (the reason) and f (the fence).

-- insist_on_primary fails where the server may not be the primary any more: it
-- would answer from a past that is over elsewhere. A replica refuses every
-- command that writes, and a primary that has lost its replicas does if it is
-- configured to (min-replicas-to-write), so this sends one that changes nothing.
-- A primary that is only short of memory, or cannot save, still knows its locks.
-- One that has shown it stays the primary until the script ends.
local primary = false
local function insist_on_primary(...)
  if primary then
    return
  end
  primary = true
  local answer = redis.pcall(...)
  local refusal = type(answer) == 'table' and answer.err
  if not refusal or string.find(refusal, 'OOM ', 1, true) or string.find(refusal, 'MISCONF ', 1, true) then
    return
  end
  redis.call(...)
end

-- stray says why a hash is not a lock, or returns nil if it is one.
local function stray(lock)
  if not lock.id or #lock.id ~= 16 then
    return 'a hash whose field "id" is not a lease id'
  end
  local seconds = lock.created and string.match(lock.created, '^(%d+)%.?%d*$')
  if not lock.principal or not seconds or #seconds > 11 then
    return 'a hash without the fields of a lock'
  end
  if lock.ttl < 0 then
    return 'a hash without an expiry'
  end
  return nil
end

-- look returns the lock at a key, or nil if there is none. If something else
-- lies there, it returns nil and says what.
local function look(key)
  local kind = redis.call('TYPE', key).ok
  if kind == 'none' then
    return nil
  end
  if kind ~= 'hash' then
    return nil, 'a ' .. kind
  end
  local field = redis.call('HMGET', key, 'id', 'p', 'c', 'r', 'f')
  local lock = {
    id = field[1], principal = field[2], created = field[3],
    reason = field[4] or '', fence = field[5] or '',
    ttl = redis.call('PTTL', key),
  }
  local foreign = stray(lock)
  if foreign then
    return nil, foreign
  end
  insist_on_primary('HSETNX', key, 'id', lock.id)
  return lock
end

-- none is the reply that there is no such lock. A PEXPIRE of nothing changes
-- nothing.
local function none(key, lock)
  if not lock then
    insist_on_primary('PEXPIRE', key, 1000)
  end
  return { 'none' }
end

-- answer is the reply that shows a lock.
local function answer(status, lock)
  return { status, lock.id, lock.principal, lock.created, lock.reason, lock.fence, lock.ttl }
end

-- microseconds of the server's clock; a Lua number holds them exactly until
-- the year 2255.
local function microseconds(time)
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

-- too_late reports whether the request has outlived its deadline, which is in
-- microseconds of the server's clock. Its sender has given up by then, so it
-- must have no effect any more.
local function too_late(now, deadline)
  return microseconds(now) > tonumber(deadline)
end

-- own returns the lock at a key if the id is its id, for a script that is to
-- change it. If not, or if it is too late, it returns nil and the reply to give;
-- not_held makes the one that another lease, or none, holds the lock.
local function own(key, id, deadline, not_held)
  local lock, foreign = look(key)
  if foreign then
    return nil, { 'foreign', key, foreign }
  end
  if not lock or lock.id ~= id then
    return nil, not_held(key, lock)
  end
  if too_late(redis.call('TIME'), deadline) then
    return nil, { 'late' }
  end
  return lock
end
