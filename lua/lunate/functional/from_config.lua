--- A functional model from its config, lunate's or Keras's (2 and 3): layers are called as the
-- nodes say. What writes it is config.lua.

local core = require "lunate.core"
local raise = require "lunate.raise"
local subclass = require "lunate.subclass"
local keras_ops = require "lunate.saving.keras_ops.read"
local sharing = require "lunate.saving.sharing"

local Functional = core.class("layer", "Functional")

local function bad(name, format, ...)
  raise("Functional.from_config '%s': " .. format, name, ...)
end

-- Stands for a tensor whose call is still to come.
local Waiting = {}

-- The arguments of a node with tensors in the places of their descriptions.
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

-- Tensors among the arguments of a call in Keras 2's form, {layer, node, tensor} each, in that of
-- Keras 3.
local function modern_argument(value)
  if type(value) ~= "table" then return value end
  if type(value[1]) == "string" and math.tointeger(value[2]) and math.tointeger(value[3]) then
    return {class_name = "__keras_tensor__",
      config = {keras_history = {value[1], value[2], value[3], keras2 = true}}}
  end
  local out = {}
  for key, part in pairs(value) do out[key] = modern_argument(part) end
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
    if type(from[4]) == "table" then kwargs = modern_argument(from[4]) end
  end
  return {args = #list == 1 and list or {list}, kwargs = kwargs}
end

-- ---- parts: the entries of a config's layers
--
-- A part has `name`; `layer`, or `operation` (the entry of one of Keras's); `nodes`, its calls, of
-- which `nodes[next_node]` is the next; `results`, the outputs of each call; `shared`, when the
-- layer is in other models too, and `first`, how many of its calls those have.

-- A layer, or the entry of one of Keras's operations; of an input its tensor.
local function new_part(entry, model)
  if type(entry) ~= "table" or type(entry.class_name) ~= "string" then
    bad(model, "an entry of its layers has no class_name")
  end
  local config = type(entry.config) == "table" and entry.config or {}
  if entry.class_name == "Operation" then
    return {layer = core.operation(config, entry.name or config.name), results = {}}
  end
  if keras_ops.class_of(entry) then return {operation = entry, results = {}} end
  local layer, results = core.get("layer", entry), {}
  if entry.class_name == "InputLayer" then
    results[1] = {core.symbolic_input(layer, layer.batch_shape, layer.dtype)}
  end
  return {layer = layer, results = results}
end

-- All parts by name, and those with calls in order; whether the nodes are of Keras 2's form.
local function read_parts(config, model)
  local parts, called, keras2 = {}, {}, false
  for i, entry in ipairs(config.layers) do
    local part = new_part(entry, model)
    part.name = entry.name or (type(entry.config) == "table" and entry.config.name)
      or part.layer and part.layer.name
    if type(part.name) ~= "string" then bad(model, "layer %d has no name", i) end
    parts[part.name] = part
    part.nodes, part.next_node, part.shared = {}, 1, part.layer and entry.shared_object_id ~= nil
    for k, node in ipairs(type(entry.inbound_nodes) == "table" and entry.inbound_nodes or {}) do
      if type(node) ~= "table" then bad(model, "a call of '%s' is no table", part.name) end
      part.nodes[k] = modern(node)
      keras2 = keras2 or part.nodes[k] ~= node
    end
    if #part.nodes > 0 then called[#called + 1] = part end
  end
  return parts, called, keras2
end

local function call_part(part, args, kwargs, parts)
  local outputs
  if part.operation then
    local name, k = part.name, 0
    local function is_taken(wanted) return parts[wanted] ~= nil end
    if #part.results > 0 then   -- each call is a layer
      repeat k = k + 1; name = part.name .. "_" .. k until not is_taken(name)
      parts[name] = part
    end
    outputs = keras_ops.call(part.operation, args, kwargs, name, is_taken)
  else
    local options, n = {training = kwargs.training}, #args
    for name, value in pairs(kwargs) do
      if value then options[name] = value end   -- null is false
    end
    local given = {}
    for i = 1, n do given[i] = args[i] or nil end
    if type(given[1]) == "table" and next(given[1]) == nil then given[1] = nil end
    given[n + 1] = next(options) ~= nil and options or nil
    outputs = subclass.results(part.layer(table.unpack(given, 1, n + 1)))
  end
  part.results[#part.results + 1] = outputs
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
    local outputs = part.results[call - (part.first or 0) + 1]
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

-- Calls a part as often as its nodes' tensors are there; whether all its calls are made.
local function call_ready(part, find, parts)
  local first = part.next_node
  while part.nodes[part.next_node] do
    local node = part.nodes[part.next_node]
    local args = resolve(type(node.args) == "table" and node.args or {}, find)
    local kwargs = args ~= Waiting
      and resolve(type(node.kwargs) == "table" and node.kwargs or {}, find) or Waiting
    if kwargs == Waiting then break end
    call_part(part, args, kwargs, parts)
    part.next_node = part.next_node + 1
  end
  return not part.nodes[part.next_node], part.next_node > first
end

-- Calls all parts, each when what it needs is there.
local function call_all(waiting, find, parts, model)
  while #waiting > 0 do
    local still_waiting, progress = {}, false
    for _, part in ipairs(waiting) do
      local done, called = call_ready(part, find, parts)
      progress = progress or called
      if not done then still_waiting[#still_waiting + 1] = part end
    end
    if not progress then
      local names = {}
      for i, part in ipairs(still_waiting) do names[i] = part.name end
      bad(model, "these layers wait for each other (a cycle) or for a call that is not there: %s",
        table.concat(names, ", "))
    end
    waiting = still_waiting
  end
end

local function from_config(config)
  local name = config.name or "functional"
  local parts, called, keras2 = read_parts(config, name)
  local calls = {}
  for i, part in ipairs(called) do calls[i] = part.nodes end
  number_calls(parts, calls, config.output_layers, name)
  local find = find_in(parts, name)
  call_all(called, find, parts, name)
  local model = Functional{name = config.name or nil,
    inputs = tensors_at(config.input_layers, find, "input_layers", name, keras2),
    outputs = tensors_at(config.output_layers, find, "output_layers", name, keras2)}
  if config.trainable == false then model.trainable = false end
  return model
end

return function(config)
  if type(config) ~= "table" or type(config.layers) ~= "table" then
    raise("Functional.from_config: a config with layers expected, got %s", type(config))
  end
  return sharing.reading(from_config, config)
end
