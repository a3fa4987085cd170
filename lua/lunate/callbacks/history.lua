--- History: what `fit` returns. Every epoch's values by name, as lists.
--
-- Fields: `history` {loss = {...}, val_loss = {...}, ...}, `epoch` (the epochs' numbers), `keys`
-- (the names in Keras's order: alphabetical, then val_*), `params`, `model`.
--
--     local h = model:fit(x, y, {epochs = 3, verbose = 0})
--     print(h.history.loss[3], h.epoch[3])

local Callback = require "lunate.callbacks.callback"

local History = Callback:extend("History")

function History:init()
  self.history, self.epoch, self.keys = {}, {}, {}
end

-- val_* come after the others, and learning_rate, which callbacks add, last.
local function rank(key)
  if key == "learning_rate" then return 3 end
  return key:sub(1, 4) == "val_" and 2 or 1
end

function History:on_epoch_end(epoch, logs)
  self.epoch[#self.epoch + 1] = epoch
  for key, value in pairs(logs) do
    if not self.history[key] then
      self.history[key] = {}
      self.keys[#self.keys + 1] = key
    end
    table.insert(self.history[key], value)
  end
  table.sort(self.keys, function(a, b)
    if rank(a) ~= rank(b) then return rank(a) < rank(b) end
    return a < b
  end)
end

function History:__tostring()
  local parts = {}
  for _, key in ipairs(self.keys) do
    local list = self.history[key]
    local last = list[#list]
    parts[#parts + 1] = key .. "=" .. (type(last) == "number" and ("%.4f"):format(last)
      or tostring(last))
  end
  return ("History(%d epoch%s: %s)"):format(#self.epoch, #self.epoch == 1 and "" or "s",
    table.concat(parts, ", "))
end

return History
