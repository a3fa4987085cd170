--- Functional models: from symbolic tensors to a graph of layers, and to and from Keras's JSON.
-- What runs them is core/nn/layers/functional.c; what makes symbolic tensors, core/lua/symbolic.c.

local core = require "lunate.core"
local raise = require "lunate.raise"
local blame = require "lunate.blame"
local methods = require "lunate.methods"
local subclass = require "lunate.subclass"
local list_length = require "lunate.list_length"
local unique = require "lunate.unique"
local state = require "lunate.model.state"

local Functional = core.class("layer", "Functional")
local InputLayer = core.class("layer", "InputLayer")

-- Models to what they were made of. A table of its own: fields of a model are its user's.
local graphs = setmetatable({}, {__mode = "k"})

-- Layers to the Sequential that they are a part of.
local owners = setmetatable({}, {__mode = "kv"})

-- When first needed.
local function sharing() return require "lunate.saving.sharing" end
local function keras_ops_in() return require "lunate.saving.keras_ops.read" end
local function keras_ops_out() return require "lunate.saving.keras_ops.write" end

local function is_symbolic(value) return getmetatable(value) == "lunate.symbolic_tensor" end

--- ln.Input{shape = {784}, batch_size =, name =, dtype =, batch_shape =}: the symbolic tensor at
-- which a model begins. Errors: those of InputLayer.
--
--     local x = ln.Input{shape = {8}, name = "features"}
--     print(x.shape, x.name)                              --> (None, 8)   features
local function input(...)
  local layer = blame(InputLayer, ...)
  return core.symbolic_input(layer, layer.batch_shape, layer.dtype)
end

-- ---- inputs and outputs as they are given

-- A symbolic tensor, a list of them or a table by name: the tensors, their names (by name, in
-- alphabetical order), how they came ("one", "list", "names").
local function tensors_of(value, what, model)
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

-- ---- the graph, in Keras's order (keras/src/ops/function.py, map_graph)

local function node_of(t) return (core.symbolic_node(t)) end

-- All that a node needs: its inputs, then its mask.
local function needs(node)
  if not node.mask then return node.inputs end
  local list = table.move(node.inputs, 1, #node.inputs, 1, {})
  list[#list + 1] = node.mask
  return list
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

-- Gives the model its graph.
local function connect(self, inputs, outputs, given)
  local graph = arrange(inputs, outputs, self.name)
  graph.inputs, graph.outputs = inputs, outputs
  graph.inputs_given, graph.outputs_given = given.inputs, given.outputs
  graph.input_names = given.input_names or tensor_names(inputs, graph.is_input)
  graph.output_names = given.output_names or tensor_names(outputs, graph.is_input)
  local slot, n, nodes, given_inputs = {}, #inputs, {}, {}
  for i, t in ipairs(inputs) do
    given_inputs[i] = {name = graph.input_names[i], shape = t.shape, dtype = t.dtype}
    slot[t] = i
  end
  for k, node in ipairs(graph.nodes) do
    local from = {}
    for i, t in ipairs(node.inputs) do from[i] = slot[t] end
    nodes[k] = {layer = node.layer, inputs = from, first = n + 1, n_out = #node.outputs,
      training = node.training, mask = node.mask and slot[node.mask]}
    for i, t in ipairs(node.outputs) do slot[t] = n + i end
    n = n + #node.outputs
  end
  local out = {}
  for i, t in ipairs(outputs) do out[i] = slot[t] end
  core.set_graph(self, {inputs = given_inputs, nodes = nodes, outputs = out,
    layers = graph.layers})
  graphs[self] = graph
  core.name_outputs(self, given.outputs == "names" and graph.output_names or nil)
end

local OPTIONS, OPTION_NAMES = {inputs = true, outputs = true}, {"inputs", "outputs"}
for _, option in ipairs(core.describe("layer", "Functional").options) do
  OPTIONS[option.name] = true
  OPTION_NAMES[#OPTION_NAMES + 1] = option.name
end

--- `ln.Model{inputs = ..., outputs = ..., name = "m"}`.
function Functional:init(options)
  local named = {}
  for key, value in pairs(options) do
    if key ~= "inputs" and key ~= "outputs" then named[key] = value end
    if type(key) == "string" and not OPTIONS[key] then
      raise("unknown option '%s' of 'Model'%s", core.cut(key), core.suggestion(key, OPTION_NAMES))
    end
  end
  local given_inputs, given_outputs = options.inputs, options.outputs
  -- Keras's positional form: Model{inputs, outputs}.
  if given_inputs == nil and named[1] ~= nil then given_inputs = table.remove(named, 1) end
  if given_outputs == nil and named[1] ~= nil then given_outputs = table.remove(named, 1) end
  Functional.super.init(self, named)
  if given_inputs == nil or given_outputs == nil then
    raise("Model '%s': %s are missing: ln.Model{inputs = ..., outputs = ...}", self.name,
      given_inputs == nil and "inputs" or "outputs")
  end
  local inputs, input_names, inputs_how = tensors_of(given_inputs, "inputs", self.name)
  local outputs, output_names, outputs_how = tensors_of(given_outputs, "outputs", self.name)
  connect(self, inputs, outputs, {inputs = inputs_how, outputs = outputs_how,
    input_names = input_names, output_names = output_names})
end

-- ---- fields

local of_layer, of_model = core.getters.layer, core.getters.model

--- layer.supports_masking: whether it takes inputs with masks. Where it is set, and compute_mask is
-- not defined, the mask of the input becomes that of the output.
function of_layer.supports_masking(self) return core.supports_masking(self) end

function core.setters.layer.supports_masking(self, value)
  if type(value) ~= "boolean" then return false end   -- a field of its user's
  core.supports_masking(self, value)
  return true
end

-- A Sequential's tensors: it is called on an Input when they are first asked for.
local function sequential_graph(self)
  local graph = graphs[self]
  if graph and graph.generation == #self.layers then return graph end
  local declared = state[self].declared
  if not declared or #self.layers == 0 then
    raise("'%s' has no input and output yet: give its first layer an input_shape", self.name)
  end
  local layer = state[self].input_layer or InputLayer{batch_shape = declared}
  local x = core.symbolic_input(layer, declared, layer.dtype)
  graph = {inputs = {x}, generation = #self.layers}
  for _, each in ipairs(self.layers) do x = each(x) end
  graph.outputs = {x}
  graphs[self] = graph
  return graph
end

local function graph_of(self)
  if graphs[self] and graphs[self].nodes then return graphs[self] end
  if self.class_name == "Sequential" or core.class("layer", "Sequential") == self.class then
    return sequential_graph(self)
  end
end

-- Of a layer: the tensors of its first call (Keras's layer.input, layer.output).
local function first_node(self, what)
  local node = core.layer_nodes(self)[1]
  if not node and owners[self] then
    graph_of(owners[self])
    node = core.layer_nodes(self)[1]
  end
  if not node then
    raise("'%s' was never called on a symbolic tensor, so it has no %s", self.name, what)
  end
  return node
end

--- model.inputs, model.outputs (lists), model.input, model.output (the one, or the list): symbolic
-- tensors. layer.input and layer.output are those of its first call.
function of_model.inputs(self)
  local graph = graph_of(self)
  return graph and table.move(graph.inputs, 1, #graph.inputs, 1, {}) or nil
end

function of_model.outputs(self)
  local graph = graph_of(self)
  return graph and table.move(graph.outputs, 1, #graph.outputs, 1, {}) or nil
end

local function one_or_list(list)
  if #list == 1 then return list[1] end
  return table.move(list, 1, #list, 1, {})
end

function of_layer.input(self)
  local graph = graph_of(self)
  if graph then return one_or_list(graph.inputs) end
  local node = first_node(self, "input")
  return one_or_list(#node.inputs == 0 and node.outputs or node.inputs)
end

function of_layer.output(self)
  local graph = graph_of(self)
  local outputs = (graph or first_node(self, "output")).outputs
  local names = core.output_names(self)
  if not names then return one_or_list(outputs) end
  local by_name = {}
  for i, name in ipairs(names) do by_name[name] = outputs[i] end
  return by_name
end

local functional = {input = input, graph = function(model)
  local graph = graphs[model]
  return graph and graph.nodes and graph or nil
end}

--- Remembers of which Sequential a layer is a part, for layer.output.
functional.owners = owners

-- ---- configs

-- Where a tensor comes from, as Keras writes it: layer, which of its nodes in this graph, which of
-- the node's outputs (both from 0).
local function history(graph, t)
  if graph.is_input[t] then return {graph.is_input[t].name, 0, 0} end
  if graph.written[t] then return table.move(graph.written[t], 1, 3, 1, {}) end
  local node, position = core.symbolic_node(t)
  return {node.layer.name, graph.number[node] + sharing().nodes_before(node.layer), position - 1}
end

-- A shape in the config that is being made: None is what core.none() says.
local function shape_config(shape)
  local list, none = core.list(), core.none()
  for i = 1, #shape do list[i] = shape[i] or none end
  return list
end
functional.shape_config = shape_config

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
  local kwargs = {}
  if node.training ~= nil then kwargs.training = node.training end
  if node.mask then kwargs.mask = keras_tensor(graph, node.mask) end
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
  local steps, outputs = keras_ops_out().steps(core.operation_config(node.layer), node.inputs)
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
    if keras_ops_out().is_ref(value) then
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
    if not graph.is_input[t] and node_of(t).layer.class == Functional then from[2] = from[2] + 1 end
    out[how == "names" and names[i] or i] = from
  end
  return how == "one" and out[1] or out
end

local function config_of(self)
  local graph, calls, entries = graphs[self], {}, {}
  number_nodes(graph)
  graph.written = {}
  local config = {name = self.name, trainable = self.trainable, layers = {}}
  for i, layer in ipairs(graph.layers) do entries[i] = serialize(layer) end
  local operations = write_operations(graph)
  for i, layer in ipairs(graph.layers) do
    local entry, last = operations[layer] or entries[i], #config.layers
    if operations[layer] then
      table.move(entry, 1, #entry, last + 1, config.layers)
    else
      config.layers[last + 1] = entry
      entry.name, entry.inbound_nodes = layer.name, core.list()
      for _, node in ipairs(graph.by_layer[layer] or {}) do
        table.insert(entry.inbound_nodes, node_config(graph, node))
        calls[#calls + 1] = layer
      end
    end
  end
  config.input_layers = histories(graph, graph.inputs, graph.input_names, graph.inputs_given)
  config.output_layers = histories(graph, graph.outputs, graph.output_names, graph.outputs_given)
  sharing().count_nodes(self, calls)
  return config
end

--- Keras's config of a functional model: layers with their inbound nodes, inputs and outputs.
function Functional:get_config() return sharing().writing({}, config_of, self) end

local function bad(name, format, ...)
  raise("Functional.from_config '%s': " .. format, name, ...)
end

-- The arguments of a node with tensors in the places of their descriptions; nil when one of them
-- is not made yet.
local Waiting = {}
local function resolve(value, find)
  if type(value) ~= "table" then return value end
  if value.class_name == "__keras_tensor__" then
    local from = type(value.config) == "table" and value.config.keras_history
    return find(from)
  end
  local out = {}
  for key, part in pairs(value) do
    local found = resolve(part, find)
    if found == Waiting then return Waiting end
    out[key] = found
  end
  return out
end

-- Keras 2's form of a node, a list of {layer, node, tensor, kwargs}, in Keras 3's. A model's own
-- graph was its first call there.
local function modern(node)
  if node.args then return node end
  local list, kwargs = {}, {}
  if type(node[1]) ~= "table" then node = {node} end
  for i, from in ipairs(node) do
    if type(from) ~= "table" then from = {} end
    list[i] = {class_name = "__keras_tensor__",
      config = {keras_history = {from[1], from[2], from[3], keras2 = true}}}
    if type(from[4]) == "table" then kwargs = from[4] end
  end
  return {args = #list == 1 and list or {list}, kwargs = kwargs}
end

-- A layer, or the entry of one of Keras's operations; of an input its tensor.
local function make_part(entry, model)
  if type(entry) ~= "table" or type(entry.class_name) ~= "string" then
    bad(model, "an entry of its layers has no class_name")
  end
  local config = type(entry.config) == "table" and entry.config or {}
  if entry.class_name == "Operation" then
    return {layer = core.operation(config, entry.name or config.name)}
  end
  if keras_ops_in().class_of(entry) then return {operation = entry} end
  local layer = core.get("layer", entry)
  if entry.class_name == "InputLayer" then
    return {layer = layer,
      made = {{core.symbolic_input(layer, layer.batch_shape, layer.dtype)}}}
  end
  return {layer = layer}
end

local function call_part(part, args, kwargs, parts)
  local outputs
  if part.operation then
    local name, k = part.name, 0
    local function is_taken(wanted) return parts[wanted] ~= nil end
    if #part.made > 0 then   -- each call is a layer
      repeat k = k + 1; name = part.name .. "_" .. k until not is_taken(name)
      parts[name] = part
    end
    outputs = keras_ops_in().call(part.operation, args, kwargs, name, is_taken)
  else
    local options = {}
    if kwargs.training ~= nil then options.training = kwargs.training end
    if kwargs.mask then options.mask = kwargs.mask end
    local given = args[1]
    if #args > 1 then given = args end
    if type(given) == "table" and next(given) == nil then given = nil end
    outputs = subclass.results(part.layer(given, next(options) and options or nil))
  end
  part.made[#part.made + 1] = outputs
end

-- Which call of a part, from 0, and which of its outputs a history names.
local function place_of(from, part, model)
  local call, position = math.tointeger(from[2] or 0), math.tointeger(from[3] or 0)
  if not call or not position then bad(model, "a keras_history of '%s' is no place", from[1]) end
  local class = part.layer and part.layer.class
  if call > 0 and class and (from.keras2 and (class == Functional or class.name == "Sequential")
      or from.is_end and class == Functional) then
    call = call - 1
  end
  return call, position
end

-- A layer of several models has calls of the others before those of this one (part.first). Every
-- call of a graph is named in it, so the first that is named is the first one.
local function number_calls(parts, calls, ends, model)
  local function visit(value, is_end)
    if type(value) ~= "table" then return end
    local from = value
    if value.class_name == "__keras_tensor__" then
      from = type(value.config) == "table" and value.config.keras_history or {}
    end
    local part = type(from) == "table" and type(from[1]) == "string" and parts[from[1]]
    if part and part.shared and (is_end or from ~= value) then
      local call = place_of({from[1], from[2], from[3], is_end = is_end}, part, model)
      part.first = math.min(part.first or call, call)
    else
      for _, inner in pairs(value) do visit(inner, is_end) end
    end
  end
  visit(calls)
  visit(ends, true)
end

local function find_in(parts, model)
  return function(from)
    if type(from) ~= "table" or type(from[1]) ~= "string" then
      bad(model, "a tensor without a keras_history")
    end
    local part = parts[from[1]]
    if not part then bad(model, "there is no layer '%s'", from[1]) end
    local call, position = place_of(from, part, model)
    local outputs = part.made[call - (part.first or 0) + 1]
    if not outputs then return Waiting end
    local t = outputs[position + 1]
    if not t then bad(model, "layer '%s' has no output %d", from[1], position + 1) end
    return t
  end
end

-- One entry, a list of them, or a table by name, in the place of histories.
local function tensors_at(value, find, what, model, keras2)
  if type(value) ~= "table" then bad(model, "it has no %s", what) end
  local function take(from)
    local t = find(type(from) == "table"
      and {from[1], from[2], from[3], is_end = true, keras2 = keras2} or from)
    if t == Waiting then bad(model, "%s name a call of '%s' that is not there", what, from[1]) end
    return t
  end
  if type(value[1]) == "string" then return take(value) end
  local out = {}
  for key, from in pairs(value) do out[key] = take(from) end
  return out
end

local function from_config(config)
  local name = config.name or "functional"
  local parts, waiting, keras2 = {}, {}, false
  for i, entry in ipairs(config.layers) do
    local part = make_part(entry, name)
    part.made = part.made or {}
    local own = entry.name or (type(entry.config) == "table" and entry.config.name)
      or part.layer and part.layer.name
    if type(own) ~= "string" then bad(name, "layer %d has no name", i) end
    parts[own] = part
    part.name, part.queue, part.shared = own, {}, part.layer and entry.shared_object_id ~= nil
    local inbound = type(entry.inbound_nodes) == "table" and entry.inbound_nodes or {}
    for k, node in ipairs(inbound) do
      if type(node) ~= "table" then bad(name, "a call of '%s' is no table", own) end
      part.queue[k] = modern(node)
      keras2 = keras2 or part.queue[k] ~= node
    end
    if #part.queue > 0 then waiting[#waiting + 1] = {name = own, part = part, at = 1} end
  end
  local calls = {}
  for i, item in ipairs(waiting) do calls[i] = item.part.queue end
  number_calls(parts, calls, config.output_layers, name)
  local find = find_in(parts, name)
  while #waiting > 0 do
    local left, moved = {}, false
    for _, item in ipairs(waiting) do
      while item.part.queue[item.at] do
        local node = item.part.queue[item.at]
        local args = resolve(type(node.args) == "table" and node.args or {}, find)
        local kwargs = args ~= Waiting
          and resolve(type(node.kwargs) == "table" and node.kwargs or {}, find) or Waiting
        if kwargs == Waiting then break end
        call_part(item.part, args, kwargs, parts)
        item.at, moved = item.at + 1, true
      end
      if item.part.queue[item.at] then left[#left + 1] = item end
    end
    if not moved then
      local names = {}
      for i, item in ipairs(left) do names[i] = item.name end
      bad(name, "these layers wait for each other (a cycle) or for a call that is not there: %s",
        table.concat(names, ", "))
    end
    waiting = left
  end
  local model = Functional{name = config.name or nil,
    inputs = tensors_at(config.input_layers, find, "input_layers", name, keras2),
    outputs = tensors_at(config.output_layers, find, "output_layers", name, keras2)}
  if config.trainable == false then model.trainable = false end
  return model
end

--- A model from what get_config gives, or Keras.
-- Errors: layers and calls that are not there; calls that need each other (a cycle).
function Functional.from_config(config, other)
  if other ~= nil then config = other end
  if type(config) ~= "table" or type(config.layers) ~= "table" then
    raise("Functional.from_config: a config with layers expected, got %s", type(config))
  end
  return sharing().reading(from_config, config)
end

-- ---- clones

--- The same graph over new layers: layers that are shared stay shared, names stay.
-- @param clone  layer -> a new one
-- @param tensors  the symbolic inputs, a list; nil: new ones
function functional.clone(model, clone, tensors)
  local graph, made, place = graphs[model], {}, {}
  local function layer_for(layer)
    if not made[layer] then
      local operation = core.operation_config(layer)
      made[layer] = operation and core.operation(operation, layer.name) or clone(layer)
    end
    return made[layer]
  end
  for i, t in ipairs(graph.inputs) do
    place[t] = tensors and tensors[i]
    if not place[t] then
      local layer = InputLayer.from_config(graph.is_input[t]:get_config())
      place[t] = core.symbolic_input(layer, layer.batch_shape, layer.dtype)
    end
  end
  for _, node in ipairs(graph.nodes) do
    local inputs, options = {}, {}
    for i, t in ipairs(node.inputs) do inputs[i] = place[t] end
    if node.training ~= nil then options.training = node.training end
    if node.mask then options.mask = place[node.mask] end
    if not node.list and #inputs < 2 then inputs = inputs[1] end
    local outputs =
      subclass.results(layer_for(node.layer)(inputs, next(options) and options or nil))
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

-- ---- function forms of the merge layers

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
function functional.merge(name, lower)
  local class = core.class("layer", name)
  return function(inputs, more)
    if type(inputs) ~= "table" or type(getmetatable(inputs)) == "string" then
      raise("%s takes a list of tensors: ln.layers.%s{a, b}", lower, lower)
    end
    if more == nil and plain[class] and is_tensors(inputs) then
      return blame(plain[class], inputs)
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
    for _, t in ipairs(list) do symbolic = symbolic or is_symbolic(t) end
    if next(options) ~= nil or symbolic then return blame(blame(class, options), list) end
    plain[class] = plain[class] or class{name = lower}
    return blame(plain[class], list)
  end
end

-- ---- for lua/lunate/summary.lua

--- Which row is connected to what: "dense[0][0], input_layer[0][0]".
function functional.connections(graph, layer)
  local list = {}
  for _, node in ipairs(graph.nodes) do
    if node.layer == layer then
      for _, t in ipairs(node.inputs) do
        if graph.is_input[t] then
          list[#list + 1] = graph.is_input[t].name .. "[0][0]"
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
function functional.is_chain(graph)
  local by_depth, seen = {}, {}
  for _, node in ipairs(graph.nodes) do
    if by_depth[graph.depth[node]] or #node.inputs > 1 or seen[node.layer] then return false end
    by_depth[graph.depth[node]], seen[node.layer] = true, true
  end
  return #graph.inputs == 1
end

methods(Functional, "lunate.model")

return functional
