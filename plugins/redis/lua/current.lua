-- KEYS: the lock.

return show(KEYS[1])
