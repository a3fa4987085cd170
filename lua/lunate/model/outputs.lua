--- What a model gives and takes: names and shapes of its outputs and inputs, and what is said for
-- each output (losses, weights, metrics), as one value for all, a list or a table by name.

local core = require "lunate.core"
local raise = require "lunate.raise"
local list_length = require "lunate.list_length"
local subclass = require "lunate.subclass"
local functional = require "lunate.functional"
local state = require "lunate.model.state"

local outputs = {}

-- Those of a model whose call is Lua's are numbered: output_1, output_2.
local function numbered(what, n)
  local names = {}
  for i = 1, n do names[i] = what .. "_" .. i end
  return names
end

--- The names that losses, metrics and targets may use.
function outputs.names(model)
  if core.calls_in_lua(model) then
    local kept = state[model]
    return core.output_names(model) or kept.named or numbered("output", kept.n_outputs or 1)
  end
  local graph = functional.graph(model)
  if graph then return graph.output_names end
  local layers = model.layers
  return {#layers > 0 and layers[#layers].name or "output_1"}
end

--- Takes the names by which compile spoke of the outputs of a model that Lua defines, before it was
-- called: tables by name, others are passed over.
function outputs.name(model, ...)
  local names, seen = {}, {}
  for _, value in ipairs{...} do
    for name in pairs(outputs.is_list(value) and value[1] == nil and value or {}) do
      if type(name) == "string" and not seen[name] then
        seen[name], names[#names + 1] = true, name
      end
    end
  end
  local named = false   -- others than output_1, ...
  for _, name in ipairs(names) do named = named or not name:find("^output_%d+$") end
  table.sort(names)
  state[model].named = named and names or nil
end

-- Puts what compile said under names where the outputs are.
local function settle(model)
  local kept, names, place = state[model], core.output_names(model), {}
  local named = kept.named
  kept.named = nil
  if not named then return end
  for i, name in ipairs(names or {}) do place[name] = i end
  local losses, weights = {}, {}
  for i = 1, #(names or {}) do losses[i] = false end
  for i, name in ipairs(named) do
    if not place[name] then
      raise("'compile' of '%s': there is no output '%s'; %s", model.name, name, names
        and "there are: " .. table.concat(names, ", ") or "its call gives no table by name")
    end
    losses[place[name]] = kept.losses[i]
    weights[place[name]] = kept.loss_weights[i]
  end
  kept.losses, kept.loss_weights = losses, weights
end

--- Calls a model that computes in Lua with the beginning of the data, a list: its outputs are known
-- then.
-- @return their shapes
function outputs.find(model, x)
  local shapes = subclass.first_call(model, x)
  if core.calls_in_lua(model) then
    settle(model)
    local kept = state[model]
    kept.n_outputs, kept.n_inputs, kept.outputs_known = #shapes, #x, true
  end
  return shapes
end

--- The names that data may use.
function outputs.input_names(model)
  if core.calls_in_lua(model) then return numbered("input", state[model].n_inputs or 1) end
  local graph = functional.graph(model)
  if graph then return graph.input_names end
  local layer = state[model].input_layer
  return {layer and layer.name or "input_layer"}
end

local function graph_shapes(graph)
  local shapes = {}
  for i, t in ipairs(graph.outputs) do shapes[i] = t.shape end
  return shapes
end

--- The shapes of a functional model's outputs, a list; nil for any other model.
function outputs.of_graph(model)
  local graph = functional.graph(model)
  return graph and graph_shapes(graph)
end

--- The shapes of the outputs, a list; nil before the model is built.
function outputs.shapes(model)
  if not model.built then return nil end
  local declared = not state[model].preprocessing and state[model].declared
  return outputs.of_graph(model) or {model:compute_output_shape(declared or model.built_shape)}
end

--- layer.output_shape: for inputs as it was built for; nil before. Several outputs have a list.
function outputs.shape(layer)
  local inputs = layer.built_shapes
  local shapes = outputs.of_graph(layer)
    or inputs and {layer:compute_output_shape(#inputs == 1 and inputs[1] or inputs)}
  if not shapes then return nil end
  return #shapes == 1 and shapes[1] or shapes
end

--- A list or a table by name, as opposed to an object, a class or a serialized one.
function outputs.is_list(value)
  return type(value) == "table" and type(getmetatable(value)) ~= "string"
    and value.class_name == nil
end

--- One entry an output, from one value, a list or a table by name.
function outputs.each(model, value, what)
  local names = outputs.names(model)
  if not outputs.is_list(value) then
    if what ~= "loss" then return {value} end
    local list = {}   -- one loss serves all outputs
    for i = 1, #names do list[i] = value end
    return list
  end
  local n = list_length(value, ("'compile' of '%s': %s"):format(model.name, what))
  if n > 0 or next(value) == nil then
    if n ~= #names then
      raise("'compile' of '%s': %s has %d entries, the model has %d output%s", model.name, what,
        n, #names, #names == 1 and "" or "s")
    end
    return value
  end
  local list = {}
  for i, name in ipairs(names) do list[i] = value[name] or false end
  for name in pairs(value) do
    local known = false
    for _, other in ipairs(names) do known = known or other == name end
    if not known then
      raise("'compile' of '%s': %s names output '%s'; there are: %s", model.name, what,
        tostring(name), table.concat(names, ", "))
    end
  end
  return list
end

--- Metrics as a list; what serialized lists may hold for none (null is false) is an empty one.
function outputs.metric_list(value)
  if value == nil or value == false then return {} end
  if not outputs.is_list(value) then return {value} end
  list_length(value, "'compile': metrics")
  return value
end

--- Metrics for each output, from a list for all of them, a list of lists or a table by name.
function outputs.metrics(model, list)
  local names, each = outputs.names(model), {}
  list = outputs.metric_list(list)
  local nested = outputs.is_list(list[1]) or (next(list) ~= nil and list[1] == nil)
  if nested then return outputs.each(model, list, "metrics") end
  if #names > 1 and #list == #names then return list end
  for i = 1, #names do each[i] = list end
  return each
end

--- True when an output has a loss or metrics, so that training needs targets for it.
function outputs.needs_target(model, output)
  local compiled = state[model]
  if compiled.losses[output] then return true end
  for _, given in ipairs{compiled.metrics_given or false,
                         compiled.weighted_metrics_given or false} do
    if given and #outputs.metric_list(outputs.metrics(model, given)[output]) > 0 then
      return true
    end
  end
  return false
end

return outputs
