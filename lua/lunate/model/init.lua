--- Model: what every model can do. How it is compiled, fitted, evaluated and asked for predictions
-- is in the files of this folder; what it looks like from outside is here. A batch is run by the
-- core's trainer (core/model/trainer.c).

local core = require "lunate.core"
local check = require "lunate.options"
local raise = require "lunate.raise"
local blame = require "lunate.blame"
local outputs = require "lunate.model.outputs"

local Model = core.class("model")

-- Fields that are computed; layers have them as well.
local properties = core.properties.layer

--- layer.output_shape: for inputs as it was built for; nil before.
function properties.output_shape(self)
  local inputs = self.built_shapes
  local shapes = outputs.of_graph(self)
    or inputs and {self:compute_output_shape(#inputs == 1 and inputs[1] or inputs)}
  if not shapes then return nil end
  return #shapes == 1 and shapes[1] or shapes
end

--- model.output_names, model.input_names: what data, losses and metrics may be named by.
properties.output_names = outputs.names
properties.input_names = outputs.input_names

--- model.metrics_names: what evaluate returns, in its order.
function properties.metrics_names(self)
  local names = {"loss"}
  for _, entry in ipairs(self.metrics or {}) do names[#names + 1] = entry.name end
  return names
end

--- A layer by its name or its position from 1 (negative from the end).
-- Error: there is none; the names that there are.
-- @param what  a name, or a number
-- @return the layer
--
--     print(model:get_layer(1).units, model:get_layer(-1).units)              --> 4 2
function Model:get_layer(what)
  local layers, names = self.layers, {}
  if math.type(what) == "integer" then
    local layer = layers[what < 0 and #layers + 1 + what or what]
    if layer then return layer end
    raise("'get_layer' of '%s': there is no layer %d, it has %d", self.name, what, #layers)
  end
  for i, layer in ipairs(layers) do
    if layer.name == what then return layer end
    names[i] = layer.name
  end
  raise("'get_layer' of '%s': there is no layer '%s'; there are: %s", self.name, tostring(what),
    table.concat(names, ", "))
end

--- Prints a table of layers, shapes and parameters as Keras does.
-- Graphs that are no chain have a column for what each layer is connected to.
-- @param options  `line_length` (80), `show_trainable` (false), `expand_nested` (false: the layers
--   of models among the layers), `print_fn` (print)
-- Errors: unknown options.
--
--     model:summary{line_length = 60}
function Model:summary(options) return require "lunate.model_summary"(self, options) end

--- The architecture as Keras's JSON, with how the model is compiled; without weights.
-- @param options  `indented` (false): over several lines
-- @return the text, for ln.model_from_json here and keras.models.model_from_json there
-- Errors: a part that a file cannot name, such as a Lua function that is not registered
-- (ln.saving.register).
--
--     local model = ln.Sequential{ln.layers.Dense{2, input_shape = {3}, name = "d"}}
--     print(ln.model_from_json(model:to_json()).layers[1])                --> Dense(3 -> 2, linear)
function Model:to_json(options)
  local given = check("to_json", {indented = {"boolean", default = false}}, options)
  return blame(require("lunate.saving.json").encode, blame(core.serialize, self, true),
    given.indented)
end

require "lunate.model.fit"
require "lunate.model.predict"
require "lunate.model.on_batch"
require "lunate.saving.methods"

return Model
