--- ln.layers: the classes of core/nn/layers/ by name, `ln.layers.Input`, and the merge layers as
-- functions: `ln.layers.concatenate{a, b}`.
--
--     print(ln.layers.Dense{2, activation = "relu"}(ln.ones{4, 3}).shape)      --> (4, 2)
local functional = require "lunate.functional"

local merges = {
  concatenate = "Concatenate", add = "Add", subtract = "Subtract", multiply = "Multiply",
  average = "Average", maximum = "Maximum", minimum = "Minimum", dot = "Dot",
}

local others = {"Input"}
for name in pairs(merges) do others[#others + 1] = name end

return require "lunate.namespace"("layer", function(_, name)
  if name == "Input" then return functional.input end
  if merges[name] then return functional.merge(merges[name], name) end
end, others)
