--- ln.layers: the classes of core/nn/layers/ and of lua/lunate/layers/ by name, `ln.layers.Input`,
-- and the merge layers as functions: `ln.layers.concatenate{a, b}`.
--
--     print(ln.layers.Dense{2, activation = "relu"}(ln.ones{4, 3}).shape)      --> (4, 2)
local core = require "lunate.core"
local raise = require "lunate.raise"
local functional = require "lunate.functional"
local in_lua = require "lunate.layers._in_lua"
local is_tensor = require "lunate.is_tensor"

local Layer = core.class("layer")
local adapt = Layer.adapt

-- A function that gives the first part of each of a Dataset's elements (x of x, y), which are
-- batches, and what closes the pass.
local function batches_of(dataset)
  if dataset.length == math.huge then raise("'adapt': an endless Dataset has no mean") end
  do   -- of single samples, batches are made
    local peek, state, control, closer = dataset:iterate()
    local _ <close> = closer
    local first = peek(state, control)
    if is_tensor(first) and first.rank < 2 then dataset = dataset:batch(1024) end
  end
  local following, state, control, closer = dataset:iterate()
  return function()
    local x = following(state, control)
    control = x
    if x ~= nil and not is_tensor(x) then
      raise("'adapt': the Dataset's elements should be tensors, or x, y, got a %s for x", type(x))
    end
    return x
  end, closer
end

local function batches_of_list(list)
  for i, batch in ipairs(list) do
    if not is_tensor(batch) then
      raise("'adapt': entry %d of the list of batches is no tensor but a %s", i, type(batch))
    end
  end
  local i = 0
  return function()
    i = i + 1
    return list[i]
  end
end

--- Learns from data what needs no training, as Normalization its means, from the beginning.
-- @param data  a tensor (batch, ...), a Dataset (of batches, or of samples; of x, y it takes x), a
--   list of batches, or a function that gives one after another, nil at the end
-- Errors: a layer that has nothing to learn so; batches whose shapes differ beyond the axes that
-- are averaged over, no data at all, an endless Dataset. What was learned before then stays.
--
--     local layer = ln.layers.Normalization()
--     layer:adapt(ln.tensor{{1}, {3}})
--     print(layer(ln.tensor{{2}}), layer.mean)                        --> [[0.]] [[2.]]
--     layer:adapt(ln.data.Dataset.from_tensors(ln.tensor{{1}, {2}, {6}}):batch(2))
--     print(layer.mean)                                               --> [[3.]]
function Layer:adapt(data)
  if getmetatable(data) == "lunate.dataset" then
    local following, closer = batches_of(data)
    local _ <close> = closer
    return adapt(self, following)
  elseif type(data) == "table" and is_tensor(data[1]) then
    return adapt(self, batches_of_list(data))
  end
  return adapt(self, data)
end

local merges = {
  concatenate = "Concatenate", add = "Add", subtract = "Subtract", multiply = "Multiply",
  average = "Average", maximum = "Maximum", minimum = "Minimum", dot = "Dot",
}

local others = {"Input"}
for name in pairs(merges) do others[#others + 1] = name end

return require "lunate.namespace"("layer", function(_, name)
  if name == "Input" then return functional.input end
  if merges[name] then return functional.merge(merges[name], name) end
  return in_lua.class(name)
end, others, in_lua)
