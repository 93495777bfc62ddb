-- Begins a counter that is not there yet. One that is stays as it is: to count
-- up would overtake others for nothing.
INSERT INTO {fences} (resource, fence) VALUES (?, {now})
ON DUPLICATE KEY UPDATE fence = fence
