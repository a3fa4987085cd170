--- From symbolic tensors to a graph: which layers and calls lead from the inputs to the outputs, in
-- the order in which they run.

local core = require "lunate.core"
local raise = require "lunate.raise"
local list_length = require "lunate.list_length"
local preprocess = require "lunate.model.preprocess"
local state = require "lunate.model.state"
local unique = require "lunate.unique"

local InputLayer = core.class("layer", "InputLayer")

local graph = {}

-- Models to what they were made of. A table of its own: fields of a model are its user's.
local graphs = setmetatable({}, {__mode = "k"})

--- The graph of a model, a table (see `connect`); nil for a model of another kind.
function graph.of(model) return graphs[model] end

function graph.is_symbolic(value) return getmetatable(value) == "lunate.symbolic_tensor" end
local is_symbolic = graph.is_symbolic

-- ---- inputs and outputs as they are given

--- A symbolic tensor, a list of them or a table by name: the tensors, their names (by name, in
-- alphabetical order), how they came ("one", "list", "names").
function graph.tensors_of(value, what, model)
  if is_symbolic(value) then return {value}, nil, "one" end
  if type(value) ~= "table" or type(getmetatable(value)) == "string" then
    raise("Model '%s': %s should be symbolic tensors (of ln.Input and of layers called on it), "
      .. "got %s", model, what, type(value) == "table" and tostring(value) or type(value))
  end
  local list, names, how = {}, nil, "list"
  if type(next(value)) == "string" then
    names, how = {}, "names"
    for name in pairs(value) do names[#names + 1] = tostring(name) end
    table.sort(names)
    for i, name in ipairs(names) do list[i] = value[name] or false end
  else
    for i = 1, list_length(value, ("Model '%s': %s"):format(model, what)) do list[i] = value[i] end
  end
  if #list == 0 then raise("Model '%s': there are no %s", model, what) end
  local seen = {}
  for i, t in ipairs(list) do
    if not is_symbolic(t) then
      local kind = getmetatable(t)
      raise("Model '%s': %s %s is no symbolic tensor but a %s", model, what,
        names and ("'" .. names[i] .. "'") or i, type(kind) == "string" and kind or type(t))
    end
    if what == "inputs" and seen[t] then
      raise("Model '%s': inputs %d and %d are the same tensor", model, seen[t], i)
    end
    seen[t] = i
  end
  return list, names, how
end

-- ---- the order of layers, Keras's order (keras/src/ops/function.py, map_graph)

--- The node that made a symbolic tensor.
function graph.node_of(t) return (core.symbolic_node(t)) end
local node_of = graph.node_of

--- All tensors that a node needs: its inputs, those of its arguments, its masks.
function graph.needs(node)
  if not node.masks and not node.arguments then return node.inputs end
  local list = table.move(node.inputs, 1, #node.inputs, 1, {})
  for _, argument in ipairs(node.arguments or {}) do
    if is_symbolic(argument.value) then
      list[#list + 1] = argument.value
    elseif type(argument.value) == "table" then
      table.move(argument.value, 1, #argument.value, #list + 1, list)
    end
  end
  for _, mask in ipairs(node.masks or {}) do list[#list + 1] = mask or nil end
  return list
end
local needs = graph.needs

--- The arguments of a node's call by name, its mask among them, with other values in the place of
-- symbolic tensors; nil for none.
-- @param convert  a symbolic tensor -> what stands for it
function graph.arguments(node, convert)
  local options = {training = node.training}
  local function each(list, none)
    local out = {}
    for i, t in ipairs(list) do
      if t then out[i] = convert(t) else out[i] = none end
    end
    return out
  end
  for _, argument in ipairs(node.arguments or {}) do
    local value = argument.value
    if is_symbolic(value) then value = convert(value)
    elseif type(value) == "table" then value = each(value) end
    options[argument.name] = value
  end
  local masks = node.masks or {}
  if #masks > 1 then options.mask = each(masks, false)
  elseif masks[1] then options.mask = convert(masks[1]) end
  return next(options) ~= nil and options or nil
end

-- Nodes from the outputs back to the inputs, each after what it needs; the order in which layers
-- were met. Inputs end the search. Iterative: graphs may be deep.
local function traverse(outputs, is_input, model)
  local done, order, met, n_met = {}, {}, {}, 0
  for _, output in ipairs(outputs) do
    local stack = {{tensor = output}}
    while #stack > 0 do
      local top = stack[#stack]
      local node = node_of(top.tensor)
      if done[node] or is_input[top.tensor] then
        stack[#stack] = nil
      else
        if not top.next then
          if node.layer.class_name == "InputLayer" then
            raise("Model '%s': the graph is disconnected: its outputs need input '%s', which is "
              .. "not among its inputs", model, node.layer.name)
          end
          if not met[node.layer] then n_met = n_met + 1; met[node.layer] = n_met end
          top.next, top.needs = 1, needs(node)
        end
        local following = top.needs[top.next]
        if following then
          top.next = top.next + 1
          -- Inputs are met in their turn, as layers are.
          if is_input[following] and not met[is_input[following]] then
            n_met = n_met + 1
            met[is_input[following]] = n_met
          end
          stack[#stack + 1] = {tensor = following}
        else
          stack[#stack] = nil
          done[node], order[#order + 1] = true, node
        end
      end
    end
  end
  return order, met
end

-- layers and nodes by decreasing distance from the outputs, inputs among them.
local function arrange(inputs, outputs, model)
  local is_input = {}
  for _, t in ipairs(inputs) do
    local node = node_of(t)
    if node.layer.class_name == "InputLayer" then
      is_input[t] = node.layer
    else
      -- An inner tensor of another graph: this one begins there, with an input of its own.
      is_input[t] = InputLayer{batch_shape = t.shape, dtype = t.dtype}
    end
  end
  local order, met = traverse(outputs, is_input, model)
  local depth, layer_depth = {}, {}
  for i = #order, 1, -1 do
    local node = order[i]
    local d = math.max(depth[node] or 0, layer_depth[node.layer] or 0)
    depth[node], layer_depth[node.layer] = d, d
    for _, t in ipairs(needs(node)) do
      local layer = is_input[t]
      if layer then layer_depth[layer] = math.max(d + 1, layer_depth[layer] or 0)
      else
        local before = node_of(t)
        depth[before] = math.max(d + 1, depth[before] or 0)
      end
    end
  end
  local layers, nodes, place = {}, {}, {}
  for i, t in ipairs(inputs) do
    local layer = is_input[t]
    layer_depth[layer] = layer_depth[layer] or 0
    met[layer] = met[layer] or -#inputs - 1 + i   -- not connected: before the others
  end
  for layer in pairs(layer_depth) do layers[#layers + 1] = layer end
  table.sort(layers, function(a, b)
    if layer_depth[a] ~= layer_depth[b] then return layer_depth[a] > layer_depth[b] end
    return met[a] < met[b]
  end)
  for i, node in ipairs(order) do nodes[i], place[node] = node, i end
  table.sort(nodes, function(a, b)
    if depth[a] ~= depth[b] then return depth[a] > depth[b] end
    return place[a] < place[b]
  end)
  local names = {}
  for _, layer in ipairs(layers) do
    if names[layer.name] then
      raise("Model '%s': two of its layers are named '%s'; names should differ", model, layer.name)
    end
    names[layer.name] = true
  end
  return {layers = layers, nodes = nodes, depth = depth, is_input = is_input}
end

local function tensor_names(tensors, is_input)
  local names, take = {}, unique()
  for i, t in ipairs(tensors) do
    names[i] = take(is_input[t] and is_input[t].name or node_of(t).layer.name)
  end
  return names
end

--- Gives a model the graph from its inputs to its outputs.
-- @param given  how they were given, `inputs` and `outputs`: "one", "list" or "names"; the names,
--   `input_names` and `output_names`
function graph.connect(model, inputs, outputs, given)
  local plan = arrange(inputs, outputs, model.name)
  plan.inputs, plan.outputs = inputs, outputs
  plan.inputs_given, plan.outputs_given = given.inputs, given.outputs
  plan.input_names = given.input_names or tensor_names(inputs, plan.is_input)
  plan.output_names = given.output_names or tensor_names(outputs, plan.is_input)
  local in_graph
  plan.ahead, in_graph, plan.goes_in = preprocess.split(model.name, inputs, outputs, plan.nodes,
    needs)
  local slot, n, nodes, given_inputs = {}, #plan.goes_in, {}, {}
  for i, t in ipairs(plan.goes_in) do
    given_inputs[i] = {name = #plan.ahead == 0 and plan.input_names[i] or node_of(t).layer.name,
      shape = t.shape, dtype = t.dtype}
    slot[t] = i
  end
  for k, node in ipairs(in_graph) do
    local from, masks = {}, node.masks and {}
    for i, t in ipairs(node.inputs) do from[i] = slot[t] end
    for i, mask in ipairs(node.masks or {}) do masks[i] = mask and slot[mask] end
    nodes[k] = {layer = node.layer, inputs = from, first = n + 1, n_out = #node.outputs,
      training = node.training, masks = masks,
      arguments = graph.arguments(node, function(t) return slot[t] end)}
    for i, t in ipairs(node.outputs) do slot[t] = n + i end
    n = n + #node.outputs
  end
  local out = {}
  for i, t in ipairs(outputs) do out[i] = slot[t] end
  core.set_graph(model, {inputs = given_inputs, nodes = nodes, outputs = out,
    layers = plan.layers})
  graphs[model] = plan
  state[model].preprocessing = #plan.ahead > 0
  core.preprocesses(model, #plan.ahead > 0)
  core.name_outputs(model, given.outputs == "names" and plan.output_names or nil)
end

-- ---- for summaries

--- Which row is connected to what: "dense[0][0], input_layer[0][0]".
function graph.connections(plan, layer)
  local list = {}
  for _, node in ipairs(plan.nodes) do
    if node.layer == layer then
      for _, t in ipairs(needs(node)) do
        if plan.is_input[t] then
          list[#list + 1] = plan.is_input[t].name .. "[0][0]"
        else
          local from, position = core.symbolic_node(t)
          list[#list + 1] = ("%s[%d][%d]"):format(from.layer.name, from.index - 1, position - 1)
        end
      end
    end
  end
  return #list > 0 and table.concat(list, ", ") or "-"
end

--- True for a chain of layers, which needs no column for what is connected to what.
function graph.is_chain(plan)
  local by_depth, seen = {}, {}
  for _, node in ipairs(plan.nodes) do
    if by_depth[plan.depth[node]] or #needs(node) > 1 or seen[node.layer] then return false end
    by_depth[plan.depth[node]], seen[node.layer] = true, true
  end
  return #plan.inputs == 1
end

return graph
