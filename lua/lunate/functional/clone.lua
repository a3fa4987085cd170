--- clone: the same graph over new layers.

local core = require "lunate.core"
local subclass = require "lunate.subclass"
local graphs = require "lunate.functional.graph"

local Functional = core.class("layer", "Functional")
local InputLayer = core.class("layer", "InputLayer")

-- Calls a layer as a node says: a list of inputs, or inputs by position.
local function call(layer, node, inputs, options)
  if node.list then return subclass.results(layer(inputs, options)) end
  inputs[#inputs + 1] = options
  return subclass.results(layer(table.unpack(inputs)))
end

--- The same graph over new layers: layers that are shared stay shared, names stay.
-- @param clone  layer -> a new one
-- @param tensors  the symbolic inputs, a list; nil: new ones
return function(model, clone, tensors)
  local graph, copies, place = graphs.of(model), {}, {}
  local function layer_for(layer)
    if not copies[layer] then
      local operation = core.operation_config(layer)
      copies[layer] = operation and core.operation(operation, layer.name) or clone(layer)
    end
    return copies[layer]
  end
  for i, t in ipairs(graph.inputs) do
    place[t] = tensors and tensors[i]
    if not place[t] then
      local layer = InputLayer.from_config(graph.is_input[t]:get_config())
      place[t] = core.symbolic_input(layer, layer.batch_shape, layer.dtype)
    end
  end
  for _, node in ipairs(graph.nodes) do
    local inputs = {}
    for i, t in ipairs(node.inputs) do inputs[i] = place[t] end
    local options = graphs.arguments(node, function(t) return place[t] end)
    local outputs = call(layer_for(node.layer), node, inputs, options)
    for i, t in ipairs(node.outputs) do place[t] = outputs[i] end
  end
  local function given(list, names, how)
    local out = {}
    for i, t in ipairs(list) do out[how == "names" and names[i] or i] = place[t] end
    return how == "one" and out[1] or out
  end
  local copy = Functional{name = model.name,
    inputs = given(graph.inputs, graph.input_names, graph.inputs_given),
    outputs = given(graph.outputs, graph.output_names, graph.outputs_given)}
  return copy
end
