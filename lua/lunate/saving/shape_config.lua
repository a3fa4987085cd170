--- A shape in a config that is being made: None is what core.none() says.

local core = require "lunate.core"

return function(shape)
  local list, none = core.list(), core.none()
  for i = 1, #shape do list[i] = shape[i] or none end
  return list
end
