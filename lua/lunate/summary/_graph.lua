--- A model as a graph of layers, for TensorBoard: one node a call of a layer, named by the models
-- around it (`wide_and_deep/dense_1`), with class, output shapes and where its inputs come from.

local core = require "lunate.core"
local functional = require "lunate.functional"
local output_shape = require "lunate.model.outputs".shape
local state = require "lunate.model.state"
local messages = require "lunate.summary._messages"

local Graph = {}
Graph.__index = Graph

-- A layer's outputs by TensorFlow's names: a, a:1, a:2. A second call of it is a node a_1.
function Graph:add(scope, layer, inputs, shapes, dtype)
  local full_name, k = scope .. layer.name, 0
  if not utf8.len(full_name) then full_name = full_name:gsub("[\x80-\xff]", "_") end
  local name = full_name
  while self.used[name] do
    k = k + 1
    name = ("%s_%d"):format(full_name, k)
  end
  self.used[name] = true
  local operation = core.operation_config(layer)
  local class = operation and operation.class_name or layer.class_name
  local attr = {keras_class = {s = class}, dtype = {type = messages.dtype[dtype or layer.dtype]}}
  local outputs = {name}
  if shapes then
    local list = {}
    for i, shape in ipairs(shapes) do
      list[i] = messages.shape(shape)
      if i > 1 then outputs[i] = ("%s:%d"):format(name, i - 1) end
    end
    attr._output_shapes = {list = {shape = list}}
  end
  table.insert(self.nodes, {name = name, op = class, input = inputs, attr = attr})
  return outputs
end

local function output_shapes(layer)
  local shape = layer.built and output_shape(layer)
  if not shape then return nil end
  return type(shape[1]) == "table" and shape or {shape}
end

function Graph:call(scope, layer, inputs, shapes, dtype)
  if getmetatable(layer) == "lunate.model" then
    return self:model(scope .. layer.name .. "/", layer, inputs)
  end
  return self:add(scope, layer, inputs, shapes or output_shapes(layer), dtype)
end

function Graph:functional(scope, graph, inputs)
  local from = {}   -- symbolic tensors to the names of what makes them
  for i, t in ipairs(graph.inputs) do
    from[t] = self:add(scope, graph.is_input[t], {inputs[i]}, {t.shape}, t.dtype)[1]
  end
  for _, node in ipairs(graph.nodes) do
    local names, shapes = {}, {}
    for i, t in ipairs(functional.needs(node)) do names[i] = from[t] end
    for i, t in ipairs(node.outputs) do shapes[i] = t.shape end
    local outputs = self:call(scope, node.layer, names, shapes, node.outputs[1].dtype)
    for i, t in ipairs(node.outputs) do from[t] = outputs[i] or outputs[1] end
  end
  local list = {}
  for i, t in ipairs(graph.outputs) do list[i] = from[t] end
  return list
end

-- Adds a model's layers, fed by the nodes named in inputs; gives the names of its outputs.
function Graph:model(scope, model, inputs)
  local graph = functional.graph(model)
  if graph then return self:functional(scope, graph, inputs) end
  if model.class_name ~= "Sequential" then   -- its call is Lua's: only the layers are known
    for _, layer in ipairs(model.layers) do self:call(scope, layer, {}) end
    return {}
  end
  local declared = state[model].declared
  if #inputs == 0 and declared then
    local input = state[model].input_layer
      or core.class("layer", "InputLayer"){batch_shape = declared, name = "input_layer"}
    inputs = self:add(scope, input, {}, {declared})
  end
  for _, layer in ipairs(model.layers) do inputs = self:call(scope, layer, inputs) end
  return inputs
end

--- The model as a GraphDef, encoded.
return function(model)
  local self = setmetatable({nodes = {}, used = {}}, Graph)
  self:model(model.name .. "/", model, {})
  return messages.encode(messages.GraphDef, {node = self.nodes})
end
