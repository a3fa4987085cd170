--- Model: what every model can do. How it is compiled, fitted, evaluated and asked for predictions
-- is in the files of this folder; what it looks like from outside is here. A batch is run by the
-- core's trainer (core/model/trainer.c).

local core = require "lunate.core"
local raise = require "lunate.raise"
local public = require "lunate.public"
local subclass = require "lunate.subclass"
local compile = require "lunate.model.compile"
local evaluate = require "lunate.model.evaluate"
local logs = require "lunate.model.logs"
local outputs = require "lunate.model.outputs"
local state = require "lunate.model.state"

local Model = core.class("model")

-- Fields that are computed from what the library keeps. A field or a method of that name that a
-- script gives to its model comes first: it hides what the library keeps and changes none of it.
local fields, setters = core.getters.model, core.setters.model

core.getters.layer.output_shape = outputs.shape
fields.output_names = outputs.names
fields.input_names = outputs.input_names

--- The optimizer that compile was given or made; another may be assigned. nil before.
--
--     print(model.optimizer.learning_rate)                                    --> 0.001
function fields.optimizer(self) return state[self].optimizer end

function setters.optimizer(self, value)
  local compiled = state[self]
  if not compiled.compiled or getmetatable(value) ~= "lunate.optimizer" then return false end
  compiled.optimizer = value
  compile.changed(self)
  return true
end

--- The loss as compile was given it.
--
--     model:compile{loss = "mse"}
--     print(model.loss)                                                       --> mse
function fields.loss(self) return state[self].loss end

--- The weights of the outputs' losses as compile was given them: a list, empty for 1 each.
--
--     print(#model.loss_weights)                                              --> 0
function fields.loss_weights(self) return state[self].loss_weights end

--- Whether compile{replay = true} promised that what is computed in Lua does the same ops for every
-- batch.
--
--     print(model.replay)                                                     --> false
function fields.replay(self) return state[self].replay or false end

--- What compile was given under this name.
--
--     print(model.run_eagerly)                                                --> false
function fields.run_eagerly(self) return state[self].run_eagerly or false end

--- What compile was given under this name.
--
--     print(model.jit_compile)                                                --> auto
function fields.jit_compile(self) return state[self].jit_compile end

--- What compile was given under this name.
--
--     print(model.steps_per_execution)                                        --> 1
function fields.steps_per_execution(self) return state[self].steps_per_execution end

--- Whether the model is compiled.
--
--     print(model.compiled)                                                   --> true
function fields.compiled(self) return state[self].compiled or false end

--- The History of the fit that runs, or of the latest; nil before.
--
--     model:fit(x, y, {verbose = 0})
--     print(model.history.epoch[1])                                           --> 1
function fields.history(self) return state[self].history end

--- True to end the fit that runs after its batch: the epoch is validated and ended. Each fit begins
-- with false.
--
--     model.stop_training = true
--     print(model.stop_training)                                              --> true
function fields.stop_training(self) return state[self].stop_training or false end

function setters.stop_training(self, value)
  if type(value) ~= "boolean" then return false end
  state[self].stop_training = value
  return true
end

--- The metrics: those of compile, in the order of their results, then those that the model and its
-- layers have in fields. Before the first data are seen, the latter alone.
--
--     model:evaluate(x, y, {verbose = 0})
--     print(model.metrics[1].name)                                            --> accuracy
function fields.metrics(self)
  local list = {}
  for _, report in ipairs(state[self].reports or {}) do list[#list + 1] = report.metric end
  for _, entry in ipairs(subclass.metrics(self)) do list[#list + 1] = entry.metric end
  return list
end

--- The names of what evaluate returns, in its order, which is that of History and CSVLogger too:
-- loss, the outputs' losses (where several have one), metrics. Names are unique: recall, recall_1.
--
--     print(table.concat(model.metrics_names, ", "))                          --> loss, accuracy
fields.metrics_names = logs.names

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

local JSON = {indented = {"boolean", default = false}}

--- The architecture as Keras's JSON, with how the model is compiled; without weights.
-- @param options  `indented` (false): over several lines
-- @return the text, for ln.model_from_json here and keras.models.model_from_json there
-- Errors: a part that a file cannot name, such as a Lua function that is not registered
-- (ln.saving.register).
--
--     local model = ln.Sequential{ln.layers.Dense{2, input_shape = {3}, name = "d"}}
--     print(ln.model_from_json(model:to_json()).layers[1])                --> Dense(3 -> 2, linear)
function Model:to_json(options)
  return require("lunate.saving.json").encode(core.serialize(self, true), options.indented)
end

require "lunate.model.fit"
require "lunate.model.predict"
require "lunate.model.on_batch"
require "lunate.saving.methods"

return public(Model, {type = "lunate.model",
  options = {compile = compile.OPTIONS, evaluate = evaluate.OPTIONS, to_json = JSON}})
