--- The option save_freq of callbacks that save: "epoch", or every so many batches.

local raise = require "lunate.raise"

--- @return nil for "epoch", else a function to be called after batches, with the number of the last
--   one in its epoch: true when it is time
-- Errors: neither; `what` is the callback's name.
return function(what, save_freq)
  if save_freq == "epoch" then return nil end
  local n = math.tointeger(save_freq)
  if not n or n < 1 then
    raise("bad option 'save_freq' of '%s' (\"epoch\" or a number of batches >= 1 expected, got %s)",
      what, tostring(save_freq))
  end
  local count, last = 0, 0
  return function(batch)
    -- Of another epoch all of its batches are new.
    count, last = count + (batch > last and batch - last or batch), batch
    if count < n then return false end
    count = 0
    return true
  end
end
