-- Makes every take that has looked already come to nothing, by counting up what
-- it compares. It waits for one that has the counter; so what follows sees
-- whether that took the lock.
INSERT INTO {fences} (resource, fence) VALUES (?, {now})
ON DUPLICATE KEY UPDATE fence = GREATEST(fence + 1, {now})
