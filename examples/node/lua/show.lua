-- KEYS: some locks. Replies with what each of them is, in this order.

local replies = {}
for i, key in ipairs(KEYS) do
  replies[i] = look(key)
end
return replies
