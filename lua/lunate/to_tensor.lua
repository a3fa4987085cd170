--- What may be given as a tensor: one, or a table of numbers, of which one is made; in functions of
-- graphs symbolic ones, too.

local core = require "lunate.core"
local is_tensor = require "lunate.is_tensor"
local raise = require "lunate.raise"

return function(what, x, or_symbolic)
  if is_tensor(x) or or_symbolic and getmetatable(x) == "lunate.symbolic_tensor" then return x end
  if type(x) ~= "table" then
    raise("%s: a tensor expected, got %s", what, core.describe_value(x))
  end
  local ok, t = pcall(core.tensor, x)
  if not ok then raise("%s: a tensor expected: %s", what, t) end
  return t
end
