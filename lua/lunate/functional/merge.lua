--- Function forms of the merge layers: ln.layers.concatenate{a, b}.

local core = require "lunate.core"
local raise = require "lunate.raise"
local list_length = require "lunate.list_length"
local graph = require "lunate.functional.graph"

local plain = {}   -- class -> a layer without options: it keeps nothing, so one serves all tensors

-- A list of tensors without holes and with nothing else in it.
local function is_tensors(list)
  local n = 0
  for _, value in next, list do
    if getmetatable(value) ~= "lunate.tensor" then return false end
    n = n + 1
  end
  return n == #list
end

--- ln.layers.concatenate{a, b}, ln.layers.add{a, b}, ...: the layer made and called at once.
-- Options of the layer among the inputs by name, or in a table after them.
return function(name, lower)
  local class = core.class("layer", name)
  return function(inputs, more)
    if type(inputs) ~= "table" or type(getmetatable(inputs)) == "string" then
      raise("%s takes a list of tensors: ln.layers.%s{a, b}", lower, lower)
    end
    if more == nil and plain[class] and is_tensors(inputs) then
      return plain[class](inputs)
    end
    local list, options, symbolic = {}, {}, false
    for key, value in pairs(inputs) do
      if math.type(key) == "integer" then list[key] = value else options[key] = value end
    end
    if #list == 1 and type(list[1]) == "table" and getmetatable(list[1]) == nil then
      list = list[1]
    end
    if more ~= nil then
      if type(more) ~= "table" then
        raise("%s: a table of options expected after the inputs, got %s", lower, type(more))
      end
      for key, value in pairs(more) do options[key] = value end
    end
    list_length(list, lower .. ": its inputs")
    for _, t in ipairs(list) do symbolic = symbolic or graph.is_symbolic(t) end
    if next(options) ~= nil or symbolic then return class(options)(list) end
    plain[class] = plain[class] or class{name = lower}
    return plain[class](list)
  end
end
