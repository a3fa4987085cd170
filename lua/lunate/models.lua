--- ln.models: where models are made and read (`ln.Sequential` is `ln.models.Sequential`).
--
--     local model = ln.models.Sequential{ln.layers.Dense{1, input_shape = {2}}}
--     print(model:count_params())                                              --> 3

local core = require "lunate.core"
local public = require "lunate.public"
local raise = require "lunate.raise"

local functional = require "lunate.functional"
local state = require "lunate.model.state"

local models = {
  Model = require "lunate.model",
  Sequential = require "lunate.sequential",
  Input = functional.input,
}

local FROM_JSON = {
  custom_objects = {"any"}, max_weight_bytes = {"number", default = 1 << 30, min = 0},
}

--- A model from Keras's JSON: its architecture, and compiled when the text says how. What Keras 2
-- wrote will do as well.
-- @param text  what `model:to_json()` gives, here or in Keras (class_name, config, compile_config)
-- @param options  `custom_objects`: {Name = class or function}, for what is not registered
--   (ln.saving.register); `max_weight_bytes`: what all weights may take (2^30), since a text of
--   a few bytes can ask for more than any machine has
-- @return the model, with new weights
-- Errors: what is not JSON or no model; classes, options and functions that there are not; weights
-- past the limit. Nothing in the text is run as code.
--
--     local text = '{"class_name": "Sequential", "config": {"name": "m", "layers": []}}'
--     print(ln.model_from_json(text).name)                                        --> m
function models.model_from_json(text, options)
  if type(text) ~= "string" then
    raise("model_from_json: JSON text expected, got %s", type(text))
  end
  local tree = require("lunate.saving.json").decode(text)
  return require("lunate.saving.registry").model(tree, {
    custom_objects = options.custom_objects, weight_bytes = options.max_weight_bytes})
end

-- By its entry rather than its config alone: that tells which layers in it are elsewhere too.
local function new_layer(layer) return core.get("layer", core.serialize(layer)) end

-- What clone_model does, under one count of shared layers.
local function in_scope(f, ...)
  local sharing = require "lunate.saving.sharing"
  return sharing.writing({always = true}, sharing.reading, f, ...)
end

-- The tensors given for the inputs, as a list of as many.
local function input_tensors(model, given)
  if given == nil then return nil end
  if getmetatable(given) == "lunate.symbolic_tensor" then given = {given} end
  local wanted = core.getters.model.inputs(model)
  if type(given) ~= "table" or #given ~= #wanted then
    raise("clone_model: input_tensors should be %d symbolic tensor%s, got %s", #wanted,
      #wanted == 1 and "" or "s", type(given) == "table" and #given or type(given))
  end
  for i, t in ipairs(given) do
    if getmetatable(t) ~= "lunate.symbolic_tensor" then
      raise("clone_model: input_tensors[%d] is no symbolic tensor", i)
    end
  end
  return given
end

local function frozen_like(model, copy)
  if not model.trainable then copy.trainable = false end
  return copy
end

local function clone_of(model, clone, given_tensors)
  local tensors = input_tensors(model, given_tensors)
  if functional.graph(model) then
    return frozen_like(model, functional.clone(model, clone, tensors))
  end
  local layers = {}
  for i, layer in ipairs(model.layers) do layers[i] = clone(layer) end
  if tensors then
    local x = tensors[1]
    for _, layer in ipairs(layers) do x = layer(x) end
    return frozen_like(model,
      models.Model{inputs = tensors[1], outputs = x, name = model.name})
  end
  local copy = models.Sequential{name = model.name}
  local input = state[model].input_layer
  if input then copy:add(new_layer(input))
  else state[copy].declared = state[model].declared or model.built_shape end
  for _, layer in ipairs(layers) do copy:add(layer) end
  return frozen_like(model, copy)
end

local CLONE = {clone_function = {"function", optional = true}, input_tensors = {"any"}}

--- A model of the same layers, under the same names, with new weights: initialized anew, not
-- copied. Layers that are used several times, in models within too, are cloned once. It is not
-- compiled.
-- @param model  Sequential, functional, or one that Lua defines (by its config)
-- @param options  `clone_function` (from_config of get_config): layer -> the layer in its place,
--   for all but inputs; `input_tensors`: symbolic tensors to begin at, of a functional or
--   Sequential model
-- @return the new model
-- Errors: what is no model; a clone_function that returns no layer; either option for a model that
-- computes in Lua.
--
--     local model = ln.Sequential{ln.layers.Dense{2, input_shape = {3}, name = "d"}}
--     local copy = ln.clone_model(model)
--     print(copy.layers[1].name, copy:count_params())                          --> d   8
function models.clone_model(model, options)
  if getmetatable(model) ~= "lunate.model" then
    raise("clone_model: a model expected, got %s", type(model))
  end
  local graph = model.class == models.Sequential
    or functional.graph(model) and model.class_name == "Functional"
  if not graph and (options.clone_function or options.input_tensors) then
    raise("clone_model: '%s' computes in Lua, it is cloned by its config: clone_function and "
      .. "input_tensors are for Sequential and functional models", model.name)
  elseif not graph then
    return in_scope(new_layer, model)
  elseif not options.clone_function then
    return in_scope(clone_of, model, new_layer, options.input_tensors)
  end
  return clone_of(model, function(layer)
    local copy = options.clone_function(layer)
    local kind = getmetatable(copy)
    if kind ~= "lunate.layer" and kind ~= "lunate.model" then
      raise("clone_model: clone_function gave no layer for '%s' but a %s", layer.name, type(copy))
    end
    return copy
  end, options.input_tensors)
end

--- A model from a file that `model:save` or Keras wrote.
-- Architecture, weights, and unless `compile` is false how it is compiled and the optimizer's
-- state: training goes on where it was, with the random numbers too when lunate wrote the file
-- (ln.random itself is not touched before, nor when ln.set_seed was called since). Nothing in a
-- file is ever run as code.
-- @param path  `.keras`, or `.h5` (Keras 2 and 3)
-- @param options  `custom_objects`: classes and functions of one's own by name; `compile` (true);
--   `safe_mode` (true: there is no other here)
-- @return the model
-- Errors: what the file needs that is not there (a layer class, an option), named with its layer;
-- weights or optimizer state that do not fit; damaged files.
--
--     local path = os.tmpname() .. ".keras"
--     local model = ln.Sequential{ln.layers.Dense{2, input_shape = {3}}, name = "small"}
--     model:compile{loss = "mse", optimizer = "adam"}
--     model:save(path)
--     local again = ln.load_model(path)
--     local x = ln.ones{1, 3}
--     print(again.name, again.compiled, again(x) == model(x))      --> small   true   true
function models.load_model(path, options)
  return require("lunate.saving").load_model(path, options)
end

return public(models, {options = {model_from_json = FROM_JSON, clone_model = CLONE}})
