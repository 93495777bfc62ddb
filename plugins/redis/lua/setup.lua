-- KEYS: a key that never exists. ARGV: none.
-- A PEXPIRE of nothing changes nothing, and fails wherever a lock would.

return { 'none', redis.call('PEXPIRE', KEYS[1], 1000) }
