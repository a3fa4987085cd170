--- What models do before their graph runs: layers that take strings or ids (TextVectorization,
-- StringLookup, IntegerLookup, Hashing, HashedCrossing) are computed in Lua, once for the data of a
-- call, and the graph gets what they give. Such a layer is a class with a method
-- `_preprocess(self, inputs)`: strings or a tensor (a list of them where it takes several), to a
-- tensor, or strings; `compute_output_shape` and `_compute_output_dtype` say what of.

local core = require "lunate.core"
local raise = require "lunate.raise"
local is_tensor = require "lunate.is_tensor"
local strings = require "lunate.strings"
local state = require "lunate.model.state"   -- of a model: preprocessing

local preprocess = {}

-- ---- shapes

-- The layers in front of a Sequential's graph.
local function leading(model)
  local list = {}
  for _, layer in ipairs(model.layers) do
    if not core.preprocesses(layer) then break end
    list[#list + 1] = layer
  end
  return list
end

local infer_layer

-- Of a model that is a part of another: it has nothing that could be trained.
local function infer_model(model, inputs)
  if #model.weights > 0 then
    raise("'%s' begins with strings or ids and has weights, so it cannot be a part of another "
      .. "model: give that the layers of '%s' one by one", model.name, model.name)
  end
  local from = {}
  for i, of in ipairs(inputs) do from[i] = of end
  local layers = leading(model)
  if #layers == 0 or #layers < #model.layers then
    raise("'%s' computes with what its first layers give, so it cannot be a part of another model",
      model.name)
  end
  for _, layer in ipairs(layers) do from = infer_layer(layer, from) end
  return from
end

function infer_layer(layer, inputs)
  if getmetatable(layer) == "lunate.model" then return infer_model(layer, inputs) end
  local shapes = {}
  for i, of in ipairs(inputs) do shapes[i] = table.move(of.shape, 1, #of.shape, 1, {}) end
  local dtypes = {}
  for i, of in ipairs(inputs) do dtypes[i] = of.dtype end
  layer:_check_input_dtype(table.unpack(dtypes))
  return {{shape = layer:compute_output_shape(#shapes == 1 and shapes[1] or shapes),
    dtype = layer:_compute_output_dtype()}}
end

--- For core/lua/symbolic.c: what a layer gives for symbolic inputs, {{shape =, dtype =}}.
function preprocess.infer(layer, inputs) return infer_layer(layer, inputs) end

--- What goes into a Sequential's graph: the shape of a batch and the dtype (nil: any) that its
-- leading layers give for a declared input.
function preprocess.graph_input(model, shape, dtype)
  local of = {{shape = shape, dtype = dtype}}
  for _, layer in ipairs(leading(model)) do of = infer_layer(layer, of) end
  return of[1].shape, of[1].dtype
end

--- Notes whether a Sequential begins with such layers, after its layers changed.
function preprocess.found(model)
  local kept = #leading(model) > 0
  core.preprocesses(model, kept)
  state[model].preprocessing = kept
  return kept
end

-- ---- functional models

--- Splits the nodes of a functional model, in the order in which they run.
-- @return the nodes to be computed in Lua; those of the graph; the symbolic tensors that go into
--   the graph
function preprocess.split(model_name, inputs, outputs, nodes, needs)
  local ahead, graph, in_lua, goes_in, seen = {}, {}, {}, {}, {}
  for _, t in ipairs(inputs) do in_lua[t] = true end
  for _, node in ipairs(nodes) do
    local place = core.preprocesses(node.layer) and ahead or graph
    place[#place + 1] = node
    for _, t in ipairs(place == ahead and node.inputs or {}) do
      if not in_lua[t] then
        raise("Model '%s': layer '%s' is computed before the graph, from the model's inputs, so no "
          .. "layer that computes comes before it", model_name, node.layer.name)
      end
    end
    for _, t in ipairs(place == ahead and node.outputs or {}) do in_lua[t] = true end
  end
  local function take(t)
    if not in_lua[t] or seen[t] then return end
    if t.dtype == "string" then
      raise("Model '%s': strings ('%s') go into layers that take them, and into nothing else",
        model_name, t.name)
    end
    seen[t] = true
    goes_in[#goes_in + 1] = t
  end
  for _, t in ipairs(#ahead == 0 and inputs or {}) do take(t) end
  for _, node in ipairs(graph) do for _, t in ipairs(needs(node)) do take(t) end end
  for _, t in ipairs(outputs) do take(t) end
  return ahead, graph, goes_in
end

-- ---- data

-- One layer, or a model within, on a list of inputs; a list of what it gives.
local function run(layer, inputs)
  if getmetatable(layer) == "lunate.model" then
    return {layer(#inputs == 1 and inputs[1] or inputs)}
  end
  return {layer:_preprocess(#inputs == 1 and inputs[1] or inputs)}
end

-- As in Keras, (n,) serves where (n, 1) is declared, and the other way round.
local function match(value, shape)
  if not shape then return value end
  if is_tensor(value) then
    if value.rank == 1 and #shape == 2 and shape[2] == 1 then return value:expand_dims(-1) end
    return value.rank == 2 and #shape == 1 and value.shape[2] == 1 and value:squeeze(-1) or value
  end
  local rank = #strings.shape(value, "a model's input")
  if rank == 1 and #shape == 2 and shape[2] == 1 then
    local rows = {}
    for i, text in ipairs(value) do rows[i] = {text} end
    return rows
  elseif rank == 2 and #shape == 1 and #value[1] == 1 then
    return strings.flatten(value)
  end
  return value
end

-- Strings for an input that is declared as numbers, or numbers for one of strings.
local function check_kind(value, dtype, name, where)
  if dtype == "string" and is_tensor(value) then
    raise("%s: input '%s' is of strings, got a tensor of shape %s", where, name, value.shape)
  elseif dtype and dtype ~= "string" and not is_tensor(value) then
    raise("%s: input '%s' is of numbers (%s), got strings", where, name, dtype)
  end
end

local function of_functional(plan, list, where)
  local values = {}
  for i, t in ipairs(plan.inputs) do
    check_kind(list[i], t.dtype, plan.input_names[i], where)
    values[t] = match(list[i], t.shape)
  end
  for _, node in ipairs(plan.ahead) do
    local inputs = {}
    for i, t in ipairs(node.inputs) do inputs[i] = values[t] end
    for i, value in ipairs(run(node.layer, inputs)) do values[node.outputs[i]] = value end
  end
  local out = {}
  for i, t in ipairs(plan.goes_in) do out[i] = values[t] end
  return out
end

local function of_sequential(model, list, where)
  local kept, value = state[model], list[1]
  if #list ~= 1 then raise("%s: a Sequential has one input, got %d", where, #list) end
  check_kind(value, kept.input_layer and kept.input_layer.dtype, "input_layer", where)
  value = match(value, kept.declared)
  if not kept.declared and not kept.seen then
    local shape = is_tensor(value) and value.shape or strings.shape(value, where)
    kept.seen = {shape = table.move(shape, 2, #shape, 2, {false}),
      dtype = is_tensor(value) and value.dtype or "string"}
  end
  for _, layer in ipairs(leading(model)) do value = run(layer, {value})[1] end
  return {value}
end

--- The inputs of a model, as its graph takes them.
-- @param list  one entry an input: a tensor or strings
-- @param where  how messages begin
-- @return a list of tensors
-- Errors: strings for a model that takes none; those of the layers.
function preprocess.inputs(model, list, where)
  if not state[model].preprocessing then
    for _, value in ipairs(list) do
      if value and not is_tensor(value) then
        raise("%s: the model takes numbers, and got strings: begin it with TextVectorization or "
          .. "StringLookup, or map them in a Dataset", where)
      end
    end
    return list
  end
  local plan = require("lunate.functional.graph").of(model)
  if plan then return of_functional(plan, list, where) end
  return of_sequential(model, list, where)
end

-- What a script calls a model with, as a list with one entry an input.
local function as_list(model, value, where)
  local plan = require("lunate.functional.graph").of(model)
  local n = plan and #plan.inputs or 1
  if is_tensor(value) or type(value) ~= "table" then return {value} end
  if type(next(value)) == "string" then
    local list = {}
    for i, name in ipairs(plan and plan.input_names or {}) do
      if value[name] == nil then raise("%s: input '%s' is missing", where, name) end
      list[i] = value[name]
    end
    return list
  end
  if n > 1 or is_tensor(value[1]) then return table.move(value, 1, #value, 1, {}) end
  return {value}
end

-- Tables of numbers become tensors; all else stays.
local function to_data(value)
  if is_tensor(value) or strings.is(value) then return value end
  return core.tensor(value)
end

--- For core/lua/call.c: layer(inputs, ...) of a layer or model that begins in Lua.
function preprocess.call(layer, inputs, ...)
  local where = ("'%s'"):format(layer.name)
  if getmetatable(layer) == "lunate.model" then
    local list = as_list(layer, inputs, where)
    local plan = require("lunate.functional.graph").of(layer)
    if #list ~= (plan and #plan.inputs or 1) then
      raise("%s: the model has %d inputs, got %d", where, plan and #plan.inputs or 1, #list)
    end
    for i, value in ipairs(list) do list[i] = to_data(value) end
    list = preprocess.inputs(layer, list, where)
    for _, value in ipairs(list) do
      if not is_tensor(value) then return value end   -- nothing of it computes
    end
    return core.call_graph(layer, #list == 1 and list[1] or list, ...)
  end
  if is_tensor(inputs) or strings.is(inputs) then return layer:_preprocess(inputs) end
  if type(inputs) == "table" and layer.takes_several then
    local list = {}
    for i, value in ipairs(inputs) do list[i] = to_data(value) end
    return layer:_preprocess(list)
  end
  return layer:_preprocess(to_data(inputs))
end

return preprocess
