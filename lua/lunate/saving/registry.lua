--- Names of what scripts define, so that files can tell them: registered classes and functions,
-- custom objects of a scope, and configs as data. Saving builds on:
--
--   core.serialize(object, true)  Keras's {class_name, config, module, registered_name[,
--     build_config, compile_config]} of a model, layer, loss, metric, optimizer, ... or function,
--     ready for core.json_encode: None is core.null, empty lists are marked (core.list)
--   registry.compile_config(model)  Keras's compile_config, for .keras and to_json
--   registry.training_config(model)  the same as Keras's .h5 files have it
--   registry.legacy(tree)  a serialized model as Keras's .h5 files have it (model_config)
--   registry.deserialize(tree, {custom_objects =})  the object, of any kind, for a decoded config
--   registry.model(tree, {custom_objects =, compile = true})  a model for one, Keras 2's or 3's

local core = require "lunate.core"
local raise = require "lunate.raise"

local registry = {}

local by_name, names = {}, {}        -- "Custom>Name" -> value, value -> "Custom>Name"
local scopes = {}                    -- custom objects in force, the innermost last

--- The name under which files have a class or function: what it is registered as, or what a
-- scope of custom objects calls it; a class that has neither goes by its own name.
function registry.name_of(value)
  if names[value] then return names[value] end
  for i = #scopes, 1, -1 do
    for name, object in pairs(scopes[i]) do if object == value then return name end end
  end
  return type(value) == "table" and rawget(value, "name") or nil
end

--- A Lua function as Keras's files have one. Errors: it has no name.
function registry.serialize_function(f, what)
  local name = registry.name_of(f)
  if not name then
    local info = debug.getinfo(f, "S")
    raise("%s is a Lua function (%s:%d), which a file can only name: register it first, "
      .. "ln.saving.register(f, {name = \"...\"})", what, info.short_src, info.linedefined)
  end
  return {class_name = "function", config = name, module = core.none(), registered_name = name}
end

function registry.compile_config() return {} end

return registry
