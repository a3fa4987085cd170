--- How Keras walks a model to save it: every layer and optimizer under a path made of attribute
-- names, and of snake_case class names with a counter in lists (keras/src/saving/saving_lib.py).
-- The layouts of files (weights_h5.lua, legacy_h5.lua, named.lua) are made of this.

local core = require "lunate.core"
local state = require "lunate.model.state"

local tree = {}

-- Python's names of classes that Keras exports under others.
local EXPORTED = {GroupQueryAttention = "GroupedQueryAttention"}

--- Keras's to_snake_case: "LeakyReLU" -> "leaky_re_lu".
function tree.snake_case(name)
  name = EXPORTED[name] or name
  return (name:gsub("[^%w_]", ""):gsub("(.)(%u%l+)", "%1_%2"):gsub("(%l)(%u)", "%1_%2"):lower())
end

function tree.is_layer(value)
  local kind = getmetatable(value)
  return kind == "lunate.layer" or kind == "lunate.model"
end

--- The built-in class of a layer, and whether it is a subclass of that in Lua.
function tree.root_class(layer)
  local class, in_lua = layer.class, false
  while rawget(class, "defined_in_lua") do class, in_lua = class.super, true end
  return class.name, in_lua
end

--- The layers that Keras counts among a model's: what is computed between them (x + 1) is none.
function tree.layers(model)
  local list = {}
  for _, layer in ipairs(model.layers) do
    if not core.operation_config(layer) then list[#list + 1] = layer end
  end
  return list
end

-- Lists in their order, then what has a name, by name: as fields are tracked.
local function values(container)
  local list, names = table.move(container, 1, #container, 1, {}), {}
  for key in pairs(container) do
    if type(key) == "string" then names[#names + 1] = key end
  end
  table.sort(names)
  for _, name in ipairs(names) do list[#list + 1] = container[name] end
  return list
end

-- What a layer is made of, {attribute, layer | optimizer | table of them} each, in Keras's order:
-- sorted by name, private ones (_name) last; a graph's layers before everything else.
local function parts(layer)
  local list, root, in_lua = {}, tree.root_class(layer)
  local graph, model = root == "Sequential" or root == "Functional",
    getmetatable(layer) == "lunate.model"
  local function key(part) return (part[1]:gsub("^_", "~_")) end
  for _, name in ipairs(in_lua and core.fields(layer) or {}) do
    list[#list + 1] = {tostring(name), layer[name]}
  end
  for _, name in ipairs(core.layer_options(layer)) do list[#list + 1] = {name, layer[name]} end
  for _, part in ipairs(core.layer_parts(layer)) do list[#list + 1] = part end
  local optimizer = model and state[layer].optimizer
  if optimizer then list[#list + 1] = {"optimizer", optimizer} end
  local below = tree.layers(layer)
  if #below > 0 and not graph and model then
    list[#list + 1] = {"layers", below}
  end
  table.sort(list, function(a, b) return key(a) < key(b) end)
  if graph then table.insert(list, 1, {"layers", below}) end
  return list
end

--- A layer's own variables, not those of the layers in it: the trainable ones first.
function tree.own_variables(layer)
  local below, trainable, others = {}, {}, {}
  for _, child in ipairs(layer.layers) do
    for _, v in ipairs(child.weights) do below[v] = true end
  end
  for _, v in ipairs(layer.weights) do
    if not below[v] then
      local list = v.trainable and trainable or others
      list[#list + 1] = v
    end
  end
  return table.move(others, 1, #others, #trainable + 1, trainable)
end

--- The variables that Keras's files have under a layer: its own ones, and in
-- SpectralNormalization, where it is a weight of both, the kernel of the layer inside.
function tree.filed_variables(layer)
  local variables = tree.own_variables(layer)
  if #variables == 0 or tree.root_class(layer) ~= "SpectralNormalization" then return variables end
  for _, v in ipairs(layer.layer.weights) do
    if v.name == "kernel" or v.name == "embeddings" then
      table.insert(variables, 1, v)
      break
    end
  end
  return variables
end

--- The layers and optimizers of a model, each once: {path =, layer =} or {path =, optimizer =,
-- model = whose it is}.
function tree.walk(model)
  local list, visited = {}, {}
  local function join(path, name) return path == "" and name or path .. "/" .. name end
  local visit

  local function container(content, path)
    local used = {}
    local function unique(name)
      used[name] = (used[name] or -1) + 1
      return used[name] == 0 and name or name .. "_" .. used[name]
    end
    for _, value in ipairs(values(content)) do
      if tree.is_layer(value) then
        visit(value, join(path, unique(tree.snake_case(value.class_name))))
      elseif type(value) == "table" and getmetatable(value) == nil then
        container(value, join(path, unique("_container")))
      end
    end
  end

  function visit(layer, path)
    if visited[layer] then return end
    visited[layer] = true
    list[#list + 1] = {path = path, layer = layer}
    for _, part in ipairs(parts(layer)) do
      local name, value = part[1], part[2]
      if tree.is_layer(value) then
        visit(value, join(path, name))
      elseif getmetatable(value) == "lunate.optimizer" then
        if not visited[value] then
          visited[value] = true
          list[#list + 1] = {path = join(path, name), optimizer = value, model = layer}
        end
      elseif type(value) == "table" and getmetatable(value) == nil then
        container(value, join(path, name))
      end
    end
  end

  visit(model, "")
  return list
end

--- The paths of a model's variables, "sequential/dense/kernel": {[variable] = path}. Layers of a
-- Functional have none of its name, as in Keras, where they are built before it is.
function tree.variable_paths(model)
  local paths, used, visited = {}, {}, {}
  local function visit(layer, prefix)
    if visited[layer] then return end
    visited[layer] = true
    local root, in_lua = tree.root_class(layer)
    local inner = prefix .. layer.name .. "/"
    if root == "Sequential" and state[layer].declared then inner = layer.name .. "/" end
    for _, v in ipairs(tree.own_variables(layer)) do
      local path, k = inner .. v.name, 0
      while used[path] do k = k + 1; path = inner .. v.name .. "_" .. k end
      used[path] = true
      paths[v] = paths[v] or path
    end
    if root == "Functional" and not in_lua then inner = "" end
    for _, child in ipairs(layer.layers) do visit(child, inner) end
  end
  visit(model, "")
  return paths
end

-- A name that was given counts; one that a class counted through the process gives way to the
-- layer's place among its like.
local function is_counted(layer)
  local base = tree.snake_case(layer.class_name)
  local rest = layer.name:sub(1, #base) == base and layer.name:sub(#base + 1)
  return rest == "" or rest and rest:match("^_%d+$") ~= nil
end

--- Names of a model's variables for formats that hold tensors by name, "encoder/dense_1/kernel":
-- {[variable] = name}. They do not depend on the model's own name, nor on how many layers the
-- process made before.
function tree.weight_names(model)
  local names, used, visited = {}, {}, {}
  local function unique(name)
    local free, k = name, 0
    while used[free] do k = k + 1; free = name .. "_" .. k end
    used[free] = true
    return free
  end
  local function visit(layer, prefix)
    if visited[layer] then return end
    visited[layer] = true
    for _, v in ipairs(tree.own_variables(layer)) do
      names[v] = names[v] or unique(prefix .. v.name)
    end
    for _, child in ipairs(layer.layers) do
      if not visited[child] and #child.weights > 0 then
        local name = is_counted(child) and tree.snake_case(child.class_name) or child.name
        visit(child, unique(prefix .. name) .. "/")
      end
    end
  end
  visit(model, "")
  return names
end

--- Puts "what: " before a mismatch, or says nothing when it fits: the shapes of a variable and of
-- the value that is to be its own.
function tree.mismatch(variable, value)
  local a, b = tostring(variable.shape), tostring(value.shape)
  if a ~= b then
    return ("weight '%s' has shape %s, the file's has %s"):format(variable.name, a, b)
  end
end

--- Stores what was found to fit: {{variable, value}, ...}.
function tree.assign(plan)
  for _, pair in ipairs(plan) do pair[1]:assign(pair[2]) end
end

return tree
