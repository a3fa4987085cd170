--- Calls a function of the core; its errors point at the line of the script that called lunate,
-- not at lunate's own Lua in between.
--
--     local optimizer = blame(core.get, "optimizer", "sgd")

local raise = require "lunate.raise"

local function pass(ok, ...)
  if not ok then
    local message = ...
    if type(message) ~= "string" then error(message, 0) end
    raise("%s", message)
  end
  return ...
end

return function(f, ...) return pass(pcall(f, ...)) end
