--- Functional models: from symbolic tensors to a graph of layers, and to and from Keras's JSON.
-- What runs them is core/nn/layers/functional.c; what makes symbolic tensors, core/lua/symbolic.c.

local core = require "lunate.core"
local public = require "lunate.public"
local raise = require "lunate.raise"
local graph = require "lunate.functional.graph"
local fields = require "lunate.functional.fields"

local Functional = core.class("layer", "Functional")
local InputLayer = core.class("layer", "InputLayer")

local functional = {
  graph = graph.of, needs = graph.needs, connections = graph.connections, is_chain = graph.is_chain,
  owners = fields.owners,
  merge = require "lunate.functional.merge", clone = require "lunate.functional.clone",
}

-- Options whose positions hold nothing but dimensions are the shape: ln.Input{28, 28, 1}.
local function as_shape(options)
  if type(options) ~= "table" or getmetatable(options) or #options < 2 or options.shape ~= nil then
    return options
  end
  local shape, named = {}, {}
  for key, value in pairs(options) do
    if math.type(key) ~= "integer" then
      named[key] = value
    elseif value == false or math.type(value) == "integer" then
      shape[key] = value
    else
      return options
    end
  end
  named.shape = shape
  return #shape == #options and named or options
end

--- ln.Input{shape = {784}, batch_size =, name =, dtype =, batch_shape =}: the symbolic tensor at
-- which a model begins. Dimensions alone are the shape, `false` one that is not known. Errors:
-- those of InputLayer.
--
--     local x = ln.Input{shape = {8}, name = "features"}
--     print(x.shape, x.name)                              --> (None, 8)   features
--     print(ln.Input{28, false, 1}.shape)                 --> (None, 28, None, 1)
function functional.input(...)
  local layer
  if select("#", ...) == 1 then layer = InputLayer(as_shape(...)) else layer = InputLayer(...) end
  return core.symbolic_input(layer, layer.batch_shape, layer.dtype)
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
  local inputs, input_names, inputs_how = graph.tensors_of(given_inputs, "inputs", self.name)
  local outputs, output_names, outputs_how = graph.tensors_of(given_outputs, "outputs", self.name)
  graph.connect(self, inputs, outputs, {inputs = inputs_how, outputs = outputs_how,
    input_names = input_names, output_names = output_names})
end

--- Keras's config of a functional model: layers with their inbound nodes, inputs and outputs.
function Functional:get_config() return require "lunate.functional.config"(self) end

--- A model from what get_config gives, or Keras.
-- Errors: layers and calls that are not there; calls that need each other (a cycle).
function Functional.from_config(config, other)
  if other ~= nil then config = other end   -- the class may come first
  return require "lunate.functional.from_config"(config)
end

public(Functional, {type = "lunate.model"})

return functional
