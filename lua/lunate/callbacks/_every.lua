--- The option save_freq of callbacks that save: "epoch", or every so many batches.

local raise = require "lunate.raise"

--- @return nil for "epoch", else a function to be called after each batch: true when it is time
-- Errors: neither; `what` is the callback's name.
return function(what, save_freq)
  if save_freq == "epoch" then return nil end
  local n = math.tointeger(save_freq)
  if not n or n < 1 then
    raise("bad option 'save_freq' of '%s' (\"epoch\" or a number of batches >= 1 expected, got %s)",
      what, tostring(save_freq))
  end
  local count = 0
  return function()
    count = (count + 1) % n
    return count == 0
  end
end
