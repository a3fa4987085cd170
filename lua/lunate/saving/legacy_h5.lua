--- The layout of .h5 files, Keras 2's (TF 2.x) and 3's alike: a group for each layer of the model
-- with the names of its weights as an attribute, in whole models under `model_weights`, with the
-- configs as JSON attributes of the root and the optimizer's state in `optimizer_weights`.

local is_tensor = require "lunate.is_tensor"
local json = require "lunate.saving.json"
local tree = require "lunate.saving.tree"
local optimizer_state = require "lunate.saving.optimizer_state"
local h5 = require "lunate.saving.weights_h5"
local state = require "lunate.model.state"

local legacy_h5 = {}

local TOP = "top_level_model_weights"
local HEADER_LIMIT = 64512   -- bytes of an attribute, as Keras cuts lists of names

-- ---- lists of names

-- As Keras writes them: numpy gives each name the room of the longest; when all take more than the
-- limit they are split into as few equal parts as fit, name0, name1, ...
local function put_names(group, attribute, names)
  local longest = 0
  for _, name in ipairs(names) do longest = math.max(longest, #name) end
  if longest > HEADER_LIMIT then
    error(("a name of %d bytes does not fit into an attribute of an .h5 file (%d): save as "
      .. ".weights.h5 or .keras"):format(longest, HEADER_LIMIT), 0)
  end
  local parts = 1
  while math.ceil(#names / parts) * longest > HEADER_LIMIT do parts = parts + 1 end
  if parts == 1 then
    group.attributes[attribute] = names
    return
  end
  local first, small = 1, #names // parts
  for k = 0, parts - 1 do
    local n = small + (k < #names % parts and 1 or 0)
    group.attributes[attribute .. k] = table.move(names, first, first + n - 1, 1, {})
    first = first + n
  end
end

local function as_list(value)
  if type(value) == "string" then return {value} end
  if type(value) == "table" then return value end   -- no list of texts: an empty array
  return {}
end

local function get_names(group, attribute)
  local attributes = group.attributes or {}
  if attributes[attribute] ~= nil then return as_list(attributes[attribute]) end
  local names, k = {}, 0
  while attributes[attribute .. k] ~= nil do
    for _, name in ipairs(as_list(attributes[attribute .. k])) do names[#names + 1] = name end
    k = k + 1
  end
  return names
end

local function has_names(group, attribute)
  local attributes = group.attributes or {}
  return attributes[attribute] ~= nil or attributes[attribute .. "0"] ~= nil
end

-- ---- writing

local function group_at(root, name)
  root.members[name] = {members = {}, attributes = {}}
  return root.members[name]
end

local function put_values(group, names, values)
  put_names(group, "weight_names", names)
  for i, name in ipairs(names) do
    if is_tensor(values[i]) and values[i].dtype == "bfloat16" then   -- Keras has it in .keras
      error(("weight '%s' is bfloat16, which .h5 files do not have: save as .weights.h5 or .keras")
        :format(name), 0)
    end
    local parent, last = name:match("^(.*)/([^/]+)$")
    h5.make(group, parent or "").members[last or name] = values[i]
  end
end

-- A layer's weights as these files order them.
local function weights_of(layer)
  local list = table.move(layer.trainable_weights, 1, #layer.trainable_weights, 1, {})
  local others = layer.non_trainable_weights
  return table.move(others, 1, #others, #list + 1, list)
end

local function put_weights(root, variables, paths)
  local names, values = {}, {}
  for i, v in ipairs(variables) do names[i], values[i] = paths[v], v:value() end
  put_values(root, names, values)
end

--- The root group of a model's weights.
function legacy_h5.encode_weights(model, version)
  local root = {members = {}, attributes = {backend = "lunate", keras_version = version}}
  local paths, names, written = tree.variable_paths(model), {}, {}
  for i, layer in ipairs(tree.layers(model)) do
    names[i] = layer.name   -- of a layer that comes twice too
    if layer.name == TOP then
      error(("a layer cannot be named '%s' in these files, where that is the model's own weights: "
        .. "save as .weights.h5 or .keras"):format(TOP), 0)
    end
    if not written[layer] and root.members[layer.name] then
      error(("two of its layers are named '%s', which these files cannot tell apart: save as "
        .. ".weights.h5 or .keras"):format(layer.name), 0)
    end
    if not written[layer] then
      put_weights(group_at(root, layer.name), weights_of(layer), paths)
      written[layer] = true
    end
  end
  put_names(root, "layer_names", names)
  put_weights(group_at(root, TOP), tree.own_variables(model), paths)
  return root
end

--- The root group of a whole model.
-- @param attributes  of the root: model_config, training_config, ...
-- @param optimizer  whether its state is kept
function legacy_h5.encode(model, attributes, version, optimizer)
  attributes.backend, attributes.keras_version = "lunate", version
  local root = {members = {model_weights = legacy_h5.encode_weights(model, version)},
    attributes = attributes}
  if optimizer and state[model].optimizer then
    local names, values = {}, {}
    local paths = tree.variable_paths(model)
    for i, entry in ipairs(optimizer_state.values(state[model].optimizer, model, paths)) do
      names[i], values[i] = entry.name, entry.value
    end
    put_values(group_at(root, "optimizer_weights"), names, values)
  end
  return root
end

-- ---- reading

-- The weights that a group names, in their order.
local function values_of(group, what, fail)
  local names, values = get_names(group, "weight_names"), {}
  for i, name in ipairs(names) do
    values[i] = h5.tensor(h5.at(group, name))
    if not values[i] then fail("%s names a weight '%s' that the file does not hold", what, name) end
  end
  return values, names
end

-- Keras 2 took names such as "block/dense", whose groups lie within each other.
local function group_at_path(root, name)
  return root.members[name] or h5.at(root, name)
end

local function group_of(root, name, fail)
  local group = group_at_path(root, name)
  if type(group) ~= "table" or not group.members then
    fail("layer '%s' is named in it, but has no group", name)
  end
  return group
end

-- Layers and groups side by side: in their order, those without weights aside; or by their names.
local function pairs_of(model, root, options, fail)
  local list, layers, by_name = {}, {}, {}
  for _, layer in ipairs(tree.layers(model)) do
    if #layer.weights > 0 then layers[#layers + 1] = layer end
    by_name[layer.name] = layer
  end
  local names = {}
  for _, name in ipairs(get_names(root, "layer_names")) do
    if #get_names(group_of(root, name, fail), "weight_names") > 0 then names[#names + 1] = name end
  end
  if options.by_name then
    for _, name in ipairs(names) do
      local layer = by_name[(name:gsub("/", "_"))]
      if layer then list[#list + 1] = {layer, group_at_path(root, name), name} end
    end
    return list
  end
  if #names ~= #layers then
    local layer_names = {}
    for i, layer in ipairs(layers) do layer_names[i] = layer.name end
    fail("the model has %d layer%s with weights (%s), the file has %d (%s)", #layers,
      #layers == 1 and "" or "s", table.concat(layer_names, ", "), #names,
      table.concat(names, ", "))
  end
  for i, name in ipairs(names) do list[i] = {layers[i], group_at_path(root, name), name} end
  return list
end

--- Checks a file's weights against a model.
-- @param root  the group that holds the layers
-- @param options  `fail`, `skip_mismatch`, `by_name`
-- @return the plan for tree.assign, and what was skipped
function legacy_h5.plan(model, root, options)
  local plan, skipped, fail = {}, {}, options.fail
  local function mismatch(format, ...)
    if not options.skip_mismatch then fail(format, ...) end
    skipped[#skipped + 1] = format:format(...)
  end
  local function add(variables, group, what)
    local values = values_of(group, what, fail)
    if #values ~= #variables then
      mismatch("%s has %d weight%s, the file has %d for it", what, #variables,
        #variables == 1 and "" or "s", #values)
      return
    end
    for i, v in ipairs(variables) do
      local wrong = tree.mismatch(v, values[i])
      if wrong then mismatch("%s: %s", what, wrong) else plan[#plan + 1] = {v, values[i]} end
    end
  end
  for _, pair in ipairs(pairs_of(model, root, options, fail)) do
    local layer, group, name = table.unpack(pair)
    local what = ("layer '%s'"):format(layer.name)
    if name ~= layer.name then what = ("%s ('%s' in the file)"):format(what, name) end
    add(weights_of(layer), group, what)
  end
  local top = root.members[TOP]
  if type(top) == "table" and top.members and not options.by_name then
    add(tree.own_variables(model), top, ("the model '%s' itself"):format(model.name))
  end
  return plan, skipped
end

-- Names of slots in TF 2.x's files, "training/Adam/dense/kernel/m:0" or "Adam/m/dense/kernel:0",
-- and what they are here.
local SLOTS = {
  Adam = {m = "momentum", v = "velocity", vhat = "velocity_hat"},
  Adamax = {m = "m", v = "u", u = "u"},
  Nadam = {m = "momentum", v = "velocity"},
  SGD = {momentum = "momentum", m = "momentum"},
  RMSprop = {rms = "velocity", momentum = "momentum", mg = "average_gradient",
    velocity = "velocity", average_gradient = "average_gradient"},
  Adagrad = {accumulator = "accumulator"},
  Adadelta = {accum_grad = "accumulated_grad", accum_var = "accumulated_delta_var",
    accumulated_grad = "accumulated_grad", accumulated_delta_var = "accumulated_delta_var"},
  Ftrl = {accumulator = "accumulator", linear = "linear"},
}
SLOTS.AdamW = SLOTS.Adam

-- A Keras 2 file's state in the order of ours: {[position] = tensor}; slots of one name come in the
-- order of the variables.
local function modern_order(optimizer, names, values, fail)
  local known, found, counts = SLOTS[tree.root_class(optimizer)] or {}, {}, {}
  for i, name in ipairs(names) do
    local parts, slot = {}
    for part in name:gsub(":%d+$", ""):gmatch("[^/]+") do parts[#parts + 1] = part end
    local last = parts[#parts]
    if last == "iter" or last == "iteration" or last == "iterations" then slot = "iteration"
    elseif last == "learning_rate" then slot = "learning_rate"
    else
      slot = known[last]
      for k = 1, slot and 0 or #parts - 2 do slot = slot or known[parts[k]] end
    end
    if not slot then
      fail("the optimizer's state '%s' has no place in lunate's %s", name, optimizer.class_name
        or tree.root_class(optimizer))
    end
    counts[slot] = (counts[slot] or 0) + 1
    found[slot .. "/" .. counts[slot]] = values[i]
  end
  local ordered, seen = {}, {}
  for i, entry in ipairs(optimizer.variables) do
    local slot = entry.slot or entry.name
    seen[slot] = (seen[slot] or 0) + 1
    ordered[i] = found[slot .. "/" .. seen[slot]] or false
    if not ordered[i] and slot == "learning_rate" then   -- TF 2.x keeps it in the config alone
      ordered[i] = entry.value
    elseif not ordered[i] then
      fail("the optimizer's state lacks '%s' of variable '%s'", slot,
        entry.variable and entry.variable.name or "?")
    end
  end
  return ordered
end

--- Checks the optimizer's state in a whole model's file.
-- @return a function that stores it, or nil when there is none
function legacy_h5.plan_optimizer(model, root, fail)
  local group = root.members.optimizer_weights
  if type(group) ~= "table" or not group.members or not state[model].optimizer then return nil end
  local values, names = values_of(group, "optimizer_weights", fail)
  if #values == 0 then return nil end
  if names[1]:find(":0$") then   -- Keras 2's names
    if #values > 1 and #model.trainable_variables > 0 then
      state[model].optimizer:build(model.trainable_variables)
    end
    values = modern_order(state[model].optimizer, names, values, fail)
  end
  local store, what = optimizer_state.plan(state[model].optimizer, model, values)
  if not store then fail("%s", what) end
  return store
end

--- The group with the layers' weights of a decoded file; nil when it has another layout.
function legacy_h5.weights_group(root)
  if has_names(root, "layer_names") then return root end   -- a layer may be named model_weights
  local inner = root.members.model_weights
  return type(inner) == "table" and inner.members and inner or nil
end

--- An attribute of the root that holds a JSON object, decoded; nil when it is not there.
function legacy_h5.json(root, name, fail)
  local text = root.attributes[name]
  if text == nil then return nil end
  if type(text) ~= "string" then fail("its attribute '%s' is no text", name) end
  local ok, value = pcall(json.decode, text)
  if not ok then fail("its attribute '%s': %s", name, value) end
  if type(value) ~= "table" then fail("its attribute '%s' is no JSON object", name) end
  return value
end

return legacy_h5
