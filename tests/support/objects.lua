-- An object of every class of the registry: objects(kind, name), made with whatever its class
-- requires. A class with a new required option gets its value here.

local core = require "lunate.core"
local ln = require "lunate"

local values = {
  units = 3, target_shape = {2, 3}, dims = {1}, n = 2, activation = "relu", rate = 0.5,
  stddev = 0.1, scale = 2, shape = {3}, threshold = 0.5, recall = 0.5, precision = 0.5,
  sensitivity = 0.5, specificity = 0.5, num_classes = 2, target_class_ids = {0},
  initial_learning_rate = 0.1, decay_steps = 10, decay_rate = 0.5, boundaries = {5},
  values = {0.1, 0.01}, first_decay_steps = 10, axes = 2,
}

local objects = {}

--- The required options of a class, as core.describe tells of it.
function objects.required(described)
  local out = {}
  for _, option in ipairs(described.options) do
    if option.default == nil then
      out[option.name] = assert(values[option.name], described.name .. " requires " .. option.name)
    end
  end
  if described.name == "InputLayer" then out.shape = {3} end
  if described.name == "Functional" then
    out.inputs = ln.Input{shape = {3}}
    out.outputs = ln.layers.Dense(2)(out.inputs)
  end
  return out
end

return setmetatable(objects, {__call = function(_, kind, name)
  return core.class(kind, name)(objects.required(core.describe(kind, name)))
end})
