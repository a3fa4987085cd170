--- Names of what scripts define, so that files can tell them: registered classes and functions,
-- custom objects of a scope; and from serialized objects back to objects. Saving builds on:
--
--   core.serialize(object, true)  Keras's {class_name, config, module, registered_name[,
--     build_config, compile_config]} of a model, layer, loss, metric, optimizer, ... or function,
--     ready for core.json_encode: None is core.null, empty lists are marked (core.list)
--   registry.compile_config(model)  Keras's compile_config, for .keras and to_json; an empty table
--     for what was not compiled
--   registry.training_config(model)  the same as Keras's .h5 files have it; nil likewise
--   registry.legacy(tree)  a serialized model as Keras's .h5 files have it (model_config)
--   registry.deserialize(tree, {custom_objects =})  the object, of any kind, for a decoded config
--   registry.model(tree, {custom_objects =, compile = true, weight_bytes =})  a model for one,
--     Keras 2's (.h5 of TensorFlow) or 3's; weights that want more bytes are an error, which
--     comes before they are allocated (the machine's memory, when not given)
--
-- core/lua/saved.c looks here for what the core does not know (find, find_bare, missing, revive).

local core = require "lunate.core"
local public = require "lunate.public"
local raise = require "lunate.raise"
local sharing = require "lunate.saving.sharing"
local state = require "lunate.model.state"
local outputs = require "lunate.model.outputs"
require "lunate.models"   -- from_config of Sequential and Functional

local registry = {}

local by_name, names = {}, {}        -- "Custom>Name" -> value, value -> "Custom>Name"
local scopes = {}                    -- custom objects in force, the innermost last
local Scope = {__close = function(self)   -- calls nothing: no want of memory can stop it
  for i = #scopes, 1, -1 do
    if scopes[i] == self.objects then
      for k = i, #scopes do scopes[k] = scopes[k + 1] end
      return
    end
  end
end}
-- What a scope's names were found for: a model that was loaded with them can be saved without.
local found_as = setmetatable({}, {__mode = "k"})

local function is_class(value)
  return type(value) == "table" and getmetatable(value) == "lunate.class"
end

local function is_layer(value)
  local kind = getmetatable(value)
  return kind == "lunate.layer" or kind == "lunate.model"
end

-- ---- registering

local REGISTER = {package = {"string", default = "Custom"}, name = {"string"}}

--- Gives a class or a function of one's own the name by which files have it, so that they load
-- without `custom_objects`.
-- @param value  a class that extends one of lunate's, or a Lua function (a loss, a metric, an
--   activation, ...)
-- @param options  `name` (the class's; a function needs one), `package` ("Custom"): files say
--   `package>name`, as Keras's do. A name that is registered again is the latest's
-- @return value
-- Errors: what is neither; a function without a name.
--
--     local Twice = ln.layers.Layer:extend("Twice")
--     function Twice:call(x) return x * 2 end
--     ln.saving.register(Twice)
--     print(ln.saving.get_registered_name(Twice))                         --> Custom>Twice
function registry.register(value, options)
  if not is_class(value) and type(value) ~= "function" then
    raise("register: a class or a function expected, got %s",
      type(value) == "table" and tostring(value) or type(value))
  end
  local name = options.name or is_class(value) and value.name
  if not name then
    raise("register: a function needs a name: ln.saving.register(f, {name = \"...\"})")
  end
  local full = options.package .. ">" .. name
  if by_name[full] ~= nil then names[by_name[full]] = nil end
  if names[value] then by_name[names[value]] = nil end
  by_name[full], names[value] = value, full
  return value
end

--- What is registered under a name ("Custom>Twice", or "Twice" where only one package has it), or
-- what a scope of custom objects calls so; nil when there is none.
-- @param name  a string
-- @return a class, a function, or nil
-- Errors: what is no string.
--
--     print(ln.saving.get_registered_object("nothing of this name"))           --> nil
function registry.get_registered_object(name)
  if type(name) ~= "string" then
    raise("get_registered_object: a name expected, got %s", tostring(name))
  end
  local value = registry.find(name)
  if value == nil then value = registry.find_bare(name) end
  return value
end

--- The name under which files have a class or function: what it is registered as, or what a
-- scope of custom objects calls it; a class that has neither goes by its own name, a function by
-- none (nil).
-- @param value  a class or a function
-- @return a string, or nil
-- Errors: none.
--
--     print(ln.saving.get_registered_name(ln.layers.Dense))                  --> Dense
function registry.get_registered_name(value)
  if is_class(value) and rawget(value, "built_in") then return value.name end
  if names[value] then return names[value] end
  for i = #scopes, 1, -1 do
    for name, object in pairs(scopes[i]) do if object == value then return name end end
  end
  if found_as[value] then return found_as[value] end
  return is_class(value) and value.name or nil
end
registry.name_of = registry.get_registered_name

--- Calls f(...) with names for classes and functions of one's own: what load_model's
-- `custom_objects` does, for as much as f does. Scopes nest; the innermost counts.
-- @param objects  {Name = class, function or object}, or nil
-- @return what f returns
-- @param f  a function
-- @param ...  what f is called with
-- Errors: objects that are no table by name; those of f.
--
--     local layer = ln.saving.with_custom_objects({double = function(x) return x * 2 end},
--       function() return ln.layers.Dense{2, activation = "double"} end)
--     print(layer.activation)                                                  --> double
function registry.with_custom_objects(objects, f, ...)
  if objects == nil then objects = {} end
  if type(objects) ~= "table" or getmetatable(objects) ~= nil then
    raise("custom_objects should be a table by name, {Name = Class}, got %s", type(objects))
  end
  for name, value in pairs(objects) do
    local kind = type(value)
    local serves = kind == "table" or kind == "function" or kind == "userdata"
    if type(name) ~= "string" or not serves then
      raise("custom_objects: classes and functions by name, {Name = Class}; [%s] is a %s",
        tostring(name), kind)
    end
  end
  if type(f) ~= "function" then
    raise("with_custom_objects: a function to call expected, got %s", core.describe_value(f))
  end
  local _ <close> = setmetatable({objects = objects}, Scope)
  scopes[#scopes + 1] = objects
  return f(...)
end

-- ---- for core/lua (saved.c)

local function find_in_scopes(name)
  for i = #scopes, 1, -1 do
    local value = scopes[i][name]
    if value ~= nil then
      found_as[value] = name
      return value
    end
  end
end

function registry.find(name)
  local value = find_in_scopes(name)
  if value == nil then value = by_name[name] end
  return value
end

-- Without its package: what a scope calls so, or the only one of the name that is registered.
function registry.find_bare(name)
  local bare = name:match("([^>]*)$")
  local found = find_in_scopes(bare)
  if found ~= nil then return found end
  for full, value in pairs(by_name) do
    if full:match("([^>]*)$") == bare then
      if found ~= nil then return nil end
      found = value
    end
  end
  if found ~= nil then return found end
  return require("lunate.layers._in_lua").class(bare)
end

--- A class's config as Keras 3 writes it, for one that Keras 2 may have written.
function registry.modern(class_name, config)
  return require("lunate.saving.keras2"){class_name = class_name, config = config}.config
end

--- Raises: there is no such class. Says where, whether it is one of Keras's, and what to do.
function registry.missing(kind, name, object, what, near)
  local where = type(object) == "string" and ("%s '%s'"):format(kind, object) or what or kind
  local class = ("%s: there is no %s class '%s' here"):format(where, kind, name)
  if name == "Lambda" or name == "__lambda__" then
    raise("%s: it holds code, and nothing in a file is ever run: make a class of it, "
      .. "ln.layers.Layer:extend(\"Name\"), and give that as custom_objects = {%s = Name}",
      class, name)
  elseif require("lunate.saving.keras_names")[name] then
    raise("%s; it is one of Keras's that lunate does not have; a class of your own may stand in "
      .. "for it: custom_objects = {%s = YourClass}", class, name)
  end
  raise("%s%s; a class of your own is given as custom_objects = {%s = %s}, or registered: "
    .. "ln.saving.register(%s)", class, near and (" (did you mean '%s'?)"):format(near) or "",
    name, name, name)
end

--- A Lua function as Keras's files have one. Errors: it has no name.
function registry.serialize_function(f, what)
  local name = registry.name_of(f)
  if not name then
    local info = debug.getinfo(f, "S")
    raise("%s is a Lua function (%s:%d), which a file can only name: register it first, "
      .. "ln.saving.register(f, {name = \"...\"})", what, info.short_src, info.linedefined)
  end
  return {class_name = "function", config = name, module = "builtins", registered_name = name}
end

-- ---- objects of any kind

local kinds = {"layer", "optimizer", "loss", "metric", "initializer", "regularizer", "constraint",
  "schedule", "activation"}
-- By what a module's name holds: the first that fits.
local modules = {{"schedule", "schedule"}, {"optimizer", "optimizer"}, {"loss", "loss"},
  {"metric", "metric"}, {"initializer", "initializer"}, {"regularizer", "regularizer"},
  {"constraint", "constraint"}, {"activation", "activation"}, {"layers", "layer"},
  {"models", "layer"}}

local function kind_of(tree)
  if type(tree.module) == "string" then
    for _, entry in ipairs(modules) do
      if tree.module:find(entry[1], 1, true) then return entry[2] end
    end
  end
  for _, kind in ipairs(kinds) do
    if kind ~= "activation" and core.class(kind, tree.class_name) then return kind end
  end
  return "layer"
end

local function custom(tree)
  local full = tree.registered_name
  local value = type(full) == "string" and registry.find(full) or registry.find(tree.class_name)
  if value == nil and not core.class(kind_of(tree), tree.class_name) then
    value = registry.find_bare(tree.class_name)
  end
  return value
end

local function revive_function(tree)
  for _, name in ipairs{tree.registered_name or "", tree.config} do
    local value = type(name) == "string" and registry.get_registered_object(name) or nil
    if value ~= nil then return value end
  end
  for _, kind in ipairs(kinds) do
    if kind ~= "layer" and kind ~= "optimizer" and pcall(core.get, kind, tree.config) then
      return tree.config   -- a name serves wherever a function does
    end
  end
  raise("there is no function '%s' here: give it as custom_objects = {[\"%s\"] = f}, or register "
    .. "it: ln.saving.register(f, {name = \"%s\"})", tree.config, tree.config, tree.config)
end

--- Serialized objects in a value become objects, however deep they sit; the rest stays as it is.
function registry.revive(value)
  if type(value) ~= "table" or type(getmetatable(value)) == "string" then return value end
  local name, config = value.class_name, value.config
  if type(name) == "string" then
    if name == "__tensor__" or name == "__numpy__" then
      if type(config) ~= "table" then raise("a tensor in a config has no value") end
      return core.tensor(config.value, {dtype = config.dtype})
    elseif name == "SeedGenerator" and type(config) == "table" then
      return config.seed
    elseif name == "DTypePolicy" and type(config) == "table" then
      return config.name
    elseif name == "function" and type(config) == "string" then
      return revive_function(value)
    elseif type(config) == "table" and not name:find("^__keras") then
      local class = is_class(value.class) and value.class or custom(value)
      if class == nil then return core.get(kind_of(value), value) end
      if not is_class(class) then return class end
      local shared = sharing.find(value)
      if shared then return shared end
      local object = class.from_config(config)
      if is_layer(object) then sharing.made(value, object) end
      return object
    end
  end
  local out = setmetatable({}, getmetatable(value))
  for key, part in pairs(value) do out[key] = registry.revive(part) end
  return out
end

--- Serialized objects stay as they are, but what they name of a script's is put in: they may be
-- made when its scope is gone.
function registry.bind(value, in_config)
  if type(value) == "string" and not in_config then
    local named = registry.find(value)
    return named == nil and value or named
  end
  if type(value) ~= "table" or type(getmetatable(value)) == "string" then return value end
  if value.class_name == "function" and type(value.config) == "string" then
    return revive_function(value)
  end
  local object = type(value.class_name) == "string" and type(value.config) == "table"
  local out = setmetatable({}, getmetatable(value))
  for key, part in pairs(value) do out[key] = registry.bind(part, in_config or object) end
  local class = object and custom(value) or nil
  if class ~= nil and not is_class(class) then return class end
  if class then out.class = class end
  return out
end

-- An input shape of a config as build takes it: false where a dimension is not known.
local function known(shape)
  local out = {}
  for i, n in ipairs(shape) do
    out[i] = type(n) == "table" and known(n) or n ~= core.null and n or false
  end
  return out
end

-- The object of a tree; a layer is built for the input shape that the tree says.
-- The shapes of a build_config: a shape, a list of them, or some by the names of the inputs.
local function built_shapes(layer, config)
  if type(config) ~= "table" then return nil end
  if type(config.input_shape) == "table" then return known(config.input_shape) end
  if type(config.shapes_dict) ~= "table" then return nil end
  local shapes = {}
  for _, name in ipairs(core.layer_inputs(layer)) do
    local shape = config.shapes_dict[name .. "_shape"]
    if type(shape) ~= "table" then break end
    shapes[#shapes + 1] = known(shape)
  end
  return #shapes > 0 and shapes or nil
end

local function revive_built(tree)
  local object = registry.revive(tree)
  if getmetatable(object) == "lunate.layer" and not object.built and type(tree) == "table" then
    local shapes = built_shapes(object, tree.build_config)
    if shapes then object:build(shapes) end
  end
  return object
end

local DESERIALIZE = {custom_objects = {"any"}}

--- The object for what core.serialize, or Keras's files, say of one.
-- @param tree  a table with `class_name` and `config`; anything else comes back as it is
-- @param options  `custom_objects`
-- @return the object; a layer is built for the `build_config` of the tree
-- Errors: a class that there is not; a config that the class does not take.
--
--     local tree = ln.layers.serialize(ln.layers.Dense(2))
--     print(ln.saving.deserialize(tree).units)                                --> 2
function registry.deserialize(tree, options)
  tree = require("lunate.saving.keras2")(tree)
  return registry.with_custom_objects(options.custom_objects, sharing.reading, revive_built, tree)
end

-- ---- layers in several places, for core/lua (saved.c)

registry.find_shared, registry.made_shared = sharing.find, sharing.made
registry.wrote_shared = sharing.wrote

--- f(...) as the writing of one config, or as a part of one that is being written.
function registry.writing(f, ...) return sharing.writing({}, f, ...) end
registry.reading = sharing.reading

-- ---- how a model is compiled

local by_shape = {accuracy = true, acc = true, crossentropy = true, ce = true}

-- Losses by Keras's full names ("mse" is "mean_squared_error"): its .h5 loader knows no others.
local function loss_name(name)
  if registry.find(name) ~= nil or by_shape[name:lower()] then return name end
  local class = core.get("loss", name).class.name
  return (class:gsub("(%l)(%u)", "%1_%2"):gsub("(%u)(%u%l)", "%1_%2"):lower())
end

-- A loss, a metric, or lists and tables by name of them. plain: what a string becomes.
local function parts(kind, value, plain)
  if value == nil or value == false then return core.null end
  if type(value) == "string" then return plain(value) end
  if type(value) == "function" then return registry.serialize_function(value, "its " .. kind) end
  if type(getmetatable(value)) == "string" and not is_class(value) then
    return core.serialize(value, true)
  end
  if is_class(value) or value.class_name ~= nil then
    return core.serialize(core.get(kind, value), true)
  end
  local out = core.list()
  for key, part in pairs(value) do out[key] = parts(kind, part, plain) end
  return out
end

local function same(name) return name end

-- Keras 3 cannot read a metric's short name in an .h5 file; an object that keeps the name it can.
local function metric_object(name)
  if by_shape[name] or registry.find(name) ~= nil then return name end
  local metric = core.get("metric", name)
  metric.name = name
  return core.serialize(metric, true)
end

local function metrics(given, plain)
  if type(given) == "table" and next(given) == nil then return core.null end
  return parts("metric", given, plain)
end

local function common(model, metric)
  local weights = core.null
  if next(state[model].loss_weights or {}) ~= nil then
    weights = {}
    for i = 1, #outputs.names(model) do weights[i] = state[model].loss_weights[i] or core.null end
  end
  return {
    loss = parts("loss", state[model].loss, loss_name), loss_weights = weights,
    metrics = metrics(state[model].metrics_given, metric),
    weighted_metrics = metrics(state[model].weighted_metrics_given, metric),
    run_eagerly = state[model].run_eagerly,
    steps_per_execution = state[model].steps_per_execution,
    jit_compile = false,
  }
end

local plain_model   -- whose compile_config is not wanted now
local Uncompiled = {__close = function(self) plain_model = self.before end}

--- core.serialize(model, true) as if the model were not compiled.
function registry.serialize_uncompiled(model)
  local _ <close> = setmetatable({before = plain_model}, Uncompiled)
  plain_model = model
  return core.serialize(model, true)
end

--- Keras's compile_config of a model: {} when it is not compiled. Errors: a Lua function that is
-- not registered.
function registry.compile_config(model)
  if not state[model].compiled or model == plain_model then return {} end
  local config = common(model, same)
  config.optimizer = core.serialize(state[model].optimizer, true)
  return config
end

--- The same as the attribute `training_config` of Keras's .h5 files; nil when not compiled.
function registry.training_config(model)
  if not state[model].compiled then return nil end
  local config = common(model, metric_object)
  local optimizer = core.serialize(state[model].optimizer, true)
  config.optimizer_config = {class_name = optimizer.class_name, config = optimizer.config}
  return config
end

-- ---- models

--- A serialized model as the attribute `model_config` of Keras's .h5 files: class_name and config
-- alone, of the layers too. Operations say their module: Keras knows their classes by it.
function registry.legacy(tree)
  if tree.module and require("lunate.saving.keras_ops.read").class_of(tree) then return tree end
  local class, full = tree.class_name, tree.registered_name
  if type(full) == "string" and full:find(">", 1, true) then class = full end
  local out = {class_name = class, config = tree.config, name = tree.name,
    inbound_nodes = tree.inbound_nodes, shared_object_id = tree.shared_object_id}
  if type(tree.config) == "table" and type(tree.config.layers) == "table" then
    local config, layers = {}, core.list()
    for key, value in pairs(tree.config) do config[key] = value end
    for i, entry in ipairs(tree.config.layers) do
      layers[i] = type(entry) == "table" and registry.legacy(entry) or entry
    end
    config.layers = layers
    out.config = config
  end
  return out
end

-- Builds a model that Lua defines for the shapes that it was built for. One whose call wants
-- values is built by its first call instead.
local function build(model, tree)
  local config = type(tree.build_config) == "table" and tree.build_config or {}
  if not model.built and type(config.input_shape) == "table" then
    pcall(model.build, model, config.input_shape)
  end
end

-- Named functions in losses and metrics become the functions, while their names are known.
local function functions(value)
  if type(value) ~= "table" or type(getmetatable(value)) == "string" then return value end
  if value.class_name == "function" and type(value.config) == "string" then
    return revive_function(value)
  end
  local out = setmetatable({}, getmetatable(value))
  for key, part in pairs(value) do out[key] = functions(part) end
  return out
end

local function make(tree, compile)
  local model = core.get("layer", tree)
  if getmetatable(model) ~= "lunate.model" then
    raise("'%s' of class '%s' is a layer, a model expected", model.name, tree.class_name)
  end
  build(model, tree)
  local config = tree.compile_config
  if compile and type(config) == "table" and next(config) ~= nil then
    model:compile_from_config(functions(config))
  end
  return model
end

local MODEL = {
  custom_objects = {"any"}, compile = {"boolean", default = true},
  weight_bytes = {"number", min = 0},
}

--- A model, with new weights, for what core.serialize or Keras say of one.
-- Errors: what is no model; classes and options that there are not; weights larger than
-- `weight_bytes`.
function registry.model(tree, options)
  if type(tree) ~= "table" or type(tree.class_name) ~= "string" then
    raise("the JSON has no class_name, so it describes no model")
  end
  tree = require("lunate.saving.keras2")(tree)
  return registry.with_custom_objects(options.custom_objects, core.limit_weights,
    options.weight_bytes, sharing.reading, make, tree, options.compile)
end

return public(registry, {
  options = {register = REGISTER, deserialize = DESERIALIZE, model = MODEL},
})
