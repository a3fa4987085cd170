--- Sequential: adding and taking away layers, and building as soon as the input is known.
-- What it computes is core/nn/layers/sequential.c; training is lua/lunate/model.
-- Errors: what is no layer; two layers of one name; shapes that do not fit.
--
--     local model = ln.Sequential{ln.layers.Dense{3, input_shape = {2}}, ln.layers.Dense(1)}
--     print(model.output_shape)                                            --> (None, 1)

local core = require "lunate.core"
local raise = require "lunate.raise"
local list_length = require "lunate.list_length"
local Model = require "lunate.model"
local functional = require "lunate.functional"
local public = require "lunate.public"
local compile = require "lunate.model.compile"
local preprocess = require "lunate.model.preprocess"
local state = require "lunate.model.state"   -- of a Sequential: declared, input_layer

local Sequential = core.class("layer", "Sequential")

local function sharing() return require "lunate.saving.sharing" end   -- when first needed

--- `Sequential{layer, layer, ..., name = "m"}`, or `Sequential()` and `model:add(layer)`.
function Sequential:init(options)
  local layers, named = {}, {}
  for key, value in pairs(options) do
    if math.type(key) == "integer" then layers[key] = value else named[key] = value end
  end
  -- Keras's positional form: Sequential{{layer, layer}}.
  local what = "Sequential: its layers"
  local n = list_length(layers, what)
  if n == 1 and type(layers[1]) == "table" then
    layers = layers[1]
    n = list_length(layers, what)
  end
  Model.init(self, named)
  for i = 1, n do self:add(layers[i]) end
end

local function is_layer(value)
  local kind = getmetatable(value)
  return kind == "lunate.layer" or kind == "lunate.model"
end

-- The shape of a batch for a shape of one sample.
local function batch_shape(shape)
  return table.move(shape, 1, #shape, 2, {false})
end

-- What the layer says of its input, or nil.
local function declared_shape(layer)
  if layer.class_name == "InputLayer" then return layer.batch_shape or batch_shape(layer.shape) end
  if layer.input_shape then return batch_shape(layer.input_shape) end
  if layer.class_name == "Sequential" then return state[layer].declared end
end

-- The chain is made anew, from the input on.
local function rebuild(self)
  local shape, input = state[self].declared, state[self].input_layer
  local dtype = input and input.dtype
  if preprocess.found(self) and shape then
    shape, dtype = preprocess.graph_input(self, shape, dtype)
  end
  if dtype == "string" then shape = nil end   -- no layer takes them yet
  core.declare_input(self, shape and {name = input and input.name or "input_layer",
    shape = shape, dtype = dtype})
  if shape and #self.layers > 0 then self:build(shape) end
end

--- Adds a layer at the end; builds the model when the shape of its input is known.
-- Errors: what is no layer; a name that another layer has; an input that does not fit (nothing is
-- added then).
-- @param layer  a layer or a model
--
--     local model = ln.Sequential()
--     model:add(ln.layers.Dense{2, input_shape = {3}})
--     print(#model.layers, model.output_shape)                        --> 1   (None, 2)
function Sequential:add(layer)
  if getmetatable(layer) == "lunate.symbolic_tensor" then
    layer = core.symbolic_node(layer).layer   -- an ln.Input
  end
  if not is_layer(layer) then
    raise("'add' of '%s': a layer expected, got %s", self.name,
      type(layer) == "table" and tostring(layer) or type(layer))
  end
  local given = state[self]
  if layer.class_name == "InputLayer" then
    if #self.layers > 0 or given.declared then
      raise("'add' of '%s': an Input comes first, and only once", self.name)
    end
    given.declared, given.input_layer = declared_shape(layer), layer
    rebuild(self)
    return
  end
  for _, other in ipairs(self.layers) do
    if other.name == layer.name and other ~= layer then
      raise("'add' of '%s': there is a layer named '%s' already", self.name, layer.name)
    end
  end
  local first = #self.layers == 0
  core.add_child(self, layer)
  if first and not given.declared then given.declared = declared_shape(layer) end
  local ok, message = pcall(rebuild, self)
  if not ok then
    core.pop_child(self)
    if first and not given.input_layer then given.declared = nil end
    if #self.layers > 0 then rebuild(self) end
    error(message, 2)
  end
  functional.owners[layer] = self
  compile.changed(self)
end

--- Takes the last layer away and returns it. Error: there is none.
--
--     local model = ln.Sequential{ln.layers.Flatten(), ln.layers.Dense(2)}
--     print(model:pop().units, #model.layers)                                 --> 2 1
function Sequential:pop()
  local layer = core.pop_child(self)
  local given = state[self]
  if #self.layers == 0 and not given.input_layer then given.declared = nil end
  rebuild(self)
  compile.changed(self)
  return layer
end

-- The shape of a batch: as it was said, or else as the data that built the model had it.
local function known_shape(self)
  local built, declared = self.built and self.built_shape, state[self].declared
  if declared or not built then return declared end
  if state[self].seen then return state[self].seen.shape, state[self].seen.dtype end
  return table.move(built, 2, #built, 2, {false})
end

local function config_of(self)
  local config = Sequential.super.get_config(self)
  local layers, known, dtype = {}, known_shape(self)
  if known then
    local input = state[self].input_layer
    local shape = require "lunate.saving.shape_config"(known)
    layers[1] = {class_name = "InputLayer", module = "keras.layers",
      registered_name = core.none(),
      config = {batch_shape = shape, dtype = dtype or input and input.dtype or "float32",
        name = input and input.name or "input_layer", sparse = false, ragged = false,
        optional = false}}
    config.build_input_shape = shape
  end
  -- Keras builds a Sequential anew for every layer that it adds.
  local calls = {}
  for i, layer in ipairs(self.layers) do
    layers[#layers + 1] = core.serialize(layer)
    if known then table.move(self.layers, 1, i, #calls + 1, calls) end
  end
  sharing().count_nodes(self, calls)
  config.layers = core.list(layers)
  return config
end

--- Keras's config: the layers' classes and configs, an InputLayer first when the input is known.
function Sequential:get_config()
  return sharing().writing({}, config_of, self)
end

local function from_config(config)
  local list = config.layers or config
  local model = Sequential{name = config.name or nil}
  if config.trainable == false then model.trainable = false end
  for i, entry in ipairs(list) do
    if type(entry) ~= "table" or type(entry.class_name) ~= "string" then
      raise("Sequential.from_config: entry %d of its layers has no class_name", i)
    end
    local old_style = i == 1 and type(entry.config) == "table" and entry.config.batch_input_shape
    if old_style then state[model].declared = old_style end
    model:add(core.get("layer", entry))
  end
  local shape = config.build_input_shape
  if not model.built and type(shape) == "table" and #model.layers > 0 then
    state[model].declared = shape
    rebuild(model)
  end
  return model
end

--- A model from what get_config gives, Keras 2's and 3's alike.
function Sequential.from_config(config)
  if type(config) ~= "table" then
    raise("Sequential.from_config: a config expected, got %s", type(config))
  end
  return sharing().reading(from_config, config)
end

return public(Sequential, {type = "lunate.model"})
