--- History: what `fit` returns. Every epoch's values by name, as lists.
--
-- Fields: `history` {loss = {...}, val_loss = {...}, ...}, `epoch` (the epochs' numbers), `keys`
-- (the names in Keras's order: alphabetical, then learning_rate), `params`, `model`, `interrupted`
-- (true when Ctrl-C ended the training; the epoch that it broke off is not among the others).
--
--     local h = model:fit(x, y, {epochs = 3, verbose = 0})
--     print(h.history.loss[3], h.epoch[3])

local Callback = require "lunate.callbacks.callback"

local History = Callback:extend("History")

function History:init()
  self.history, self.epoch, self.keys, self.interrupted = {}, {}, {}, false
end

-- Keras sorts what fit gives; learning_rate, which callbacks add, comes after.
local function before(a, b)
  if (a == "learning_rate") ~= (b == "learning_rate") then return b == "learning_rate" end
  return a < b
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
  table.sort(self.keys, before)
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
