-- KEYS: some locks. Replies with what each of them is, in this order.

local all = {}
for i, key in ipairs(KEYS) do
  all[i] = show(key)
end
return all
