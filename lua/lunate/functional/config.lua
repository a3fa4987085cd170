--- The config of a functional model as Keras writes it. What reads it is from_config.lua.

local core = require "lunate.core"
local graphs = require "lunate.functional.graph"
local keras_ops = require "lunate.saving.keras_ops.write"
local shape_config = require "lunate.saving.shape_config"
local sharing = require "lunate.saving.sharing"

local Functional = core.class("layer", "Functional")

-- Where a tensor comes from, as Keras writes it: layer, which of its nodes in this graph, which of
-- the node's outputs (both from 0).
local function history(graph, t)
  if graph.is_input[t] then return {graph.is_input[t].name, 0, 0} end
  if graph.written[t] then return table.move(graph.written[t], 1, 3, 1, {}) end
  local node, position = core.symbolic_node(t)
  return {node.layer.name, graph.number[node] + sharing.nodes_before(node.layer), position - 1}
end

local function keras_tensor(graph, t, from)
  return {class_name = "__keras_tensor__", config = {dtype = t.dtype,
    keras_history = from or history(graph, t), shape = shape_config(t.shape)}}
end

-- Numbers of nodes among those of their layer in this graph.
local function number_nodes(graph)
  if graph.number then return end
  local by_layer = {}
  graph.number = {}
  for _, node in ipairs(graph.nodes) do
    by_layer[node.layer] = by_layer[node.layer] or {}
    table.insert(by_layer[node.layer], node)
  end
  for _, list in pairs(by_layer) do
    table.sort(list, function(a, b) return a.index < b.index end)
    for i, node in ipairs(list) do graph.number[node] = i - 1 end
  end
  graph.by_layer = by_layer
end

local function node_config(graph, node)
  local args = {}
  for i, t in ipairs(node.inputs) do args[i] = keras_tensor(graph, t) end
  local kwargs = graphs.arguments(node, function(t) return keras_tensor(graph, t) end) or {}
  for i, mask in ipairs(type(kwargs.mask) == "table" and node.masks or {}) do
    if not mask then kwargs.mask[i] = core.none() end
  end
  return {args = node.list and {args} or core.list(args), kwargs = kwargs}
end

local function serialize(layer)
  local operation = core.operation_config(layer)
  if not operation then return core.serialize(layer) end
  for _, operand in ipairs(operation.operands) do
    if type(operand) == "table" then
      local value = operand.value
      operand.value = value.rank == 0 and value:item() or value:totable()
    end
  end
  operation.name, operation.class_name = layer.name, nil
  return {class_name = "Operation", module = "lunate", config = operation,
    registered_name = core.none()}
end

-- An operation as Keras's own, one or several: entries that take the place of its layer's.
-- graph.written has what its outputs are in them. Nil where Keras has nothing for it.
local function write_operation(graph, node, is_taken)
  local steps, outputs = keras_ops.steps(core.operation_config(node.layer), node.inputs)
  if not steps then return nil end
  local names, result = {}, outputs[1].step
  local function free(name)
    local wanted, k = name, 0
    while is_taken[wanted] do k = k + 1; wanted = name .. "_" .. k end
    is_taken[wanted] = true
    return wanted
  end
  -- The first call has the layer's name, which is taken as a layer's.
  names[result] = graph.number[node] == 0 and node.layer.name or free(node.layer.name)
  for i in ipairs(steps) do names[i] = names[i] or free(node.layer.name) end
  local function resolve(value)
    if type(value) ~= "table" then return value end
    if keras_ops.is_ref(value) then
      local from = value.step and {names[value.step], 0, value.position}
      return keras_tensor(graph, value.symbolic or node.outputs[1], from)
    end
    local out = setmetatable({}, getmetatable(value))
    for key, part in pairs(value) do out[key] = resolve(part) end
    return out
  end
  local entries = {}
  for i, step in ipairs(steps) do
    step.config.name = names[i]
    entries[i] = {class_name = step.class, module = step.module, registered_name = step.class,
      name = names[i], config = step.config, inbound_nodes = core.list{
        {args = core.list(resolve(step.args)), kwargs = resolve(step.kwargs)}}}
  end
  for i, t in ipairs(node.outputs) do
    graph.written[t] = {names[outputs[i].step], 0, outputs[i].position}
  end
  return entries
end

local function write_operations(graph)
  local written, is_taken = {}, {}
  for _, layer in ipairs(graph.layers) do is_taken[layer.name] = true end
  for _, node in ipairs(graph.nodes) do   -- each after what it needs
    local entries = core.operation_config(node.layer) and write_operation(graph, node, is_taken)
    if entries then
      written[node.layer] = table.move(entries, 1, #entries, #(written[node.layer] or {}) + 1,
        written[node.layer] or {})
    end
  end
  return written
end

local function histories(graph, list, names, how)
  local out = {}
  for i, t in ipairs(list) do
    local from = history(graph, t)
    -- Keras counts a functional model's own graph as its first call here, and only here.
    if not graph.is_input[t] and graphs.node_of(t).layer.class == Functional then
      from[2] = from[2] + 1
    end
    out[how == "names" and names[i] or i] = from
  end
  return how == "one" and out[1] or out
end

local function config_of(self)
  local graph, calls, entries = graphs.of(self), {}, {}
  number_nodes(graph)
  graph.written = {}
  local tree = {name = self.name, trainable = self.trainable, layers = {}}
  for i, layer in ipairs(graph.layers) do entries[i] = serialize(layer) end
  local operations = write_operations(graph)
  for i, layer in ipairs(graph.layers) do
    local entry, last = operations[layer] or entries[i], #tree.layers
    if operations[layer] then
      table.move(entry, 1, #entry, last + 1, tree.layers)
    else
      tree.layers[last + 1] = entry
      entry.name, entry.inbound_nodes = layer.name, core.list()
      for _, node in ipairs(graph.by_layer[layer] or {}) do
        table.insert(entry.inbound_nodes, node_config(graph, node))
        calls[#calls + 1] = layer
      end
    end
  end
  tree.input_layers = histories(graph, graph.inputs, graph.input_names, graph.inputs_given)
  tree.output_layers = histories(graph, graph.outputs, graph.output_names, graph.outputs_given)
  sharing.count_nodes(self, calls)
  return tree
end

return function(model) return sharing.writing({}, config_of, model) end
