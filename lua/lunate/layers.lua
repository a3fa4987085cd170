--- ln.layers: the classes of core/nn/layers/ by name, and `ln.layers.Input`.
local core = require "lunate.core"

return require "lunate.namespace"("layer", function(_, name)
  if name == "Input" then return core.class("layer", "InputLayer") end
end)
