--- Model: what every model can do. compile, fit, evaluate and predict over the core's trainer
-- (core/model/trainer.c), which runs a batch; the loops, data and callbacks around it are here.

local core = require "lunate.core"
local check = require "lunate.options"
local raise = require "lunate.raise"
local adapter = require "lunate.training_data"
local functional = require "lunate.functional"
local blame = require "lunate.blame"
local subclass = require "lunate.subclass"
local random = require "lunate.saving.random"
local is_tensor = require "lunate.is_tensor"

local Model = core.class("model")

-- A list or a table by name, as opposed to an object, a class or a serialized one.
local function is_list(value)
  return type(value) == "table" and type(getmetatable(value)) ~= "string"
    and value.class_name == nil
end

-- ---- structure

-- Fields that are computed; layers have them as well.
local properties = core.properties.layer

--- layer.output_shape: for inputs as it was built for; nil before.
function properties.output_shape(self)
  local graph = self.class_name == "Functional" and functional.graph(self)
  if graph then
    local shapes = {}
    for i, t in ipairs(graph.outputs) do shapes[i] = t.shape end
    return #shapes == 1 and shapes[1] or shapes
  end
  local inputs = self.built_shapes
  if not inputs then return nil end
  local shapes = {self:compute_output_shape(#inputs == 1 and inputs[1] or inputs)}
  return #shapes == 1 and shapes[1] or shapes
end

--- model.output_names, model.input_names: what data, losses and metrics may be named by.
-- Those of a model whose call is Lua's are numbered: output_1, output_2.
local function numbered(what, n)
  local names = {}
  for i = 1, n do names[i] = what .. "_" .. i end
  return names
end

function properties.output_names(self)
  if core.calls_in_lua(self) then return numbered("output", self.n_outputs or 1) end
  local graph = functional.graph(self)
  if graph then return graph.output_names end
  local layers = self.layers
  return {#layers > 0 and layers[#layers].name or "output_1"}
end

function properties.input_names(self)
  if core.calls_in_lua(self) then return numbered("input", self.n_inputs or 1) end
  local graph = functional.graph(self)
  if graph then return graph.input_names end
  return {self.input_layer and self.input_layer.name or "input_layer"}
end

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

-- Called when layers come or go: what was compiled for the old ones is made anew.
--- @private
function Model:changed()
  if self.trainer then self.trainer:forget() end
  self.resolved = nil
end

-- The shapes of the outputs, a list; nil before the model is built.
local function output_shapes(self)
  if not self.built then return nil end
  local graph = functional.graph(self)
  if graph then
    local shapes = {}
    for i, t in ipairs(graph.outputs) do shapes[i] = t.shape end
    return shapes
  end
  return {self:compute_output_shape(self.declared or self.built_shape)}
end

-- ---- compile

local COMPILE = {
  optimizer = {"any", default = "rmsprop"},
  loss = {"any"},
  loss_weights = {"any"},
  metrics = {"any"},
  weighted_metrics = {"any"},
  replay = {"boolean", default = false},
}

-- One entry an output, from one value, a list or a table by name.
local function per_output(self, value, what)
  local names = self.output_names
  if not is_list(value) then
    if what ~= "loss" then return {value} end
    local list = {}   -- one loss serves all outputs
    for i = 1, #names do list[i] = value end
    return list
  end
  if value[1] ~= nil or next(value) == nil then
    if #value ~= #names then
      raise("'compile' of '%s': %s has %d entries, the model has %d output%s", self.name, what,
        #value, #names, #names == 1 and "" or "s")
    end
    return value
  end
  local list = {}
  for i, name in ipairs(names) do list[i] = value[name] or false end
  for name in pairs(value) do
    local known = false
    for _, other in ipairs(names) do known = known or other == name end
    if not known then
      raise("'compile' of '%s': %s names output '%s'; there are: %s", self.name, what,
        tostring(name), table.concat(names, ", "))
    end
  end
  return list
end

-- Entries without what serialized lists may hold for none (null is false).
local function metric_list(value)
  if value == nil or value == false then return {} end
  if not is_list(value) then return {value} end
  return value
end

local by_shape = {
  accuracy = "accuracy", acc = "accuracy", ce = "crossentropy", crossentropy = "crossentropy"
}

-- A metric and its name in the logs: a string keeps itself as its name.
local function make_metric(what, y, shape)
  if type(what) ~= "string" then
    local metric = core.get("metric", what)
    return metric, metric.name
  end
  if by_shape[what] then
    local class = core.class_for(by_shape[what], y, shape)
    return core.class("metric", class)(), what
  end
  return core.get("metric", what), what
end

--- Sets how the model is trained.
-- @param options  `optimizer` ("rmsprop"): a name or an optimizer; `loss`: a name or a loss, for
--   all outputs, or one an output (list or by name); `loss_weights` (1 each); `metrics`: a list of
--   names or metrics; `weighted_metrics`: the same, but they are weighted by sample and class
--   weights; `replay` (false): the promise that what is computed in Lua does the same ops for every
--   batch, which then are recorded once and replayed, without Lua. The first two batches, and the
--   first of each epoch, run in Lua and are compared with the record; that they differ is an error
-- Errors: unknown names (with the nearest known one); a list that does not fit the outputs.
--
--     model:compile{loss = "mse", optimizer = ln.optimizers.SGD{learning_rate = 0.01}}
function Model:compile(options)
  local given = check("compile", COMPILE, options)
  if core.calls_in_lua(self) and not self.outputs_known then
    -- How many outputs there are is known by what is said of them.
    for _, value in ipairs{given.loss or false, given.loss_weights or false} do
      if is_list(value) then
        self.n_outputs = #value
        for name in pairs(value) do
          local k = type(name) == "string" and tonumber(name:match("^output_(%d+)$"))
          if k and k <= 32 then self.n_outputs = math.max(self.n_outputs, k) end
        end
      end
    end
  end
  local optimizer = blame(core.get, "optimizer", given.optimizer)
  local losses = {}
  for i, loss in ipairs(per_output(self, given.loss or false, "loss")) do
    losses[i] = loss and blame(core.get, "loss", loss)
  end
  local weights = {}
  for i, weight in ipairs(given.loss_weights and
      per_output(self, given.loss_weights, "loss_weights") or {}) do
    if weight and type(weight) ~= "number" then
      raise("'compile' of '%s': loss_weights should be numbers, got %s", self.name, type(weight))
    end
    weights[i] = weight or nil
  end
  -- Names are tried now, so that a slip shows here and not in fit.
  for _, list in ipairs{metric_list(given.metrics), metric_list(given.weighted_metrics)} do
    if next(list) ~= nil and list[1] == nil then per_output(self, list, "metrics") end
    for _, metric in ipairs(list) do
      if not (is_list(metric) or by_shape[metric]) then
        blame(core.get, "metric", metric)
      end
    end
  end
  self.optimizer, self.losses_given, self.loss_weights = optimizer, losses, weights
  self.metrics_given, self.weighted_metrics_given = given.metrics, given.weighted_metrics
  self.loss, self.replay = given.loss, given.replay
  self.trainer, self.predictor, self.resolved, self.stop_training = nil, nil, nil, false
  self.step_logs = false
  self.compiled = true
end

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
  return blame(core.json_encode, blame(core.serialize, self, true), given.indented)
end

--- Compiles from Keras's compile_config (loss, metrics, optimizer, ... as serialized).
-- @param config  a table, as `model:to_json` has it under "compile_config"
-- Errors: parts that there are not.
--
--     model:compile_from_config{loss = "mse", optimizer = "sgd"}
--     print(model.optimizer.name)                                             --> sgd
function Model:compile_from_config(config)
  local function plain(value)   -- null is false in decoded JSON
    if value == false then return nil end
    return value
  end
  local bind = require("lunate.saving.registry").bind   -- metrics are made with the first data
  self:compile{
    optimizer = plain(config.optimizer), loss = plain(bind(config.loss)),
    loss_weights = plain(config.loss_weights), metrics = plain(bind(config.metrics)),
    weighted_metrics = plain(bind(config.weighted_metrics)),
  }
end

-- Metrics for each output, from a list for all of them, a list of lists or a table by name.
local function metrics_by_output(self, list)
  local names, each = self.output_names, {}
  list = metric_list(list)
  local nested = is_list(list[1]) or (next(list) ~= nil and list[1] == nil)
  if nested then return per_output(self, list, "metrics") end
  if #names > 1 and #list == #names then return list end
  for i = 1, #names do each[i] = list end
  return each
end

--- True when an output has a loss or metrics, so that training needs targets for it.
-- @private
function Model:needs_target(output)
  if self.losses_given[output] then return true end
  for _, given in ipairs{self.metrics_given or false, self.weighted_metrics_given or false} do
    if given and #metric_list(metrics_by_output(self, given)[output]) > 0 then return true end
  end
  return false
end

-- The trainer, made with the first data: what "accuracy" means depends on shapes.
local function trainer_for(self, data, what)
  if not self.compiled then
    raise("'%s' of '%s': compile the model first, model:compile{loss = ..., optimizer = ...}",
      what, self.name)
  end
  if self.resolved then return self.trainer end
  local shapes
  if core.computes_in_lua(self) then
    shapes = blame(subclass.first_call, self, data.x)
    if core.calls_in_lua(self) then
      if data.y and #data.y > 0 and #shapes ~= #data.y then
        raise("%s: the model gives %d output%s, but there %s", data.where or self.name, #shapes,
          #shapes == 1 and "" or "s", #data.y == 1 and "is 1 target"
          or ("are %d targets"):format(#data.y))
      end
      self.n_outputs, self.n_inputs, self.outputs_known = #shapes, #data.x, true
    end
  else
    if not self.built then blame(self.build, self, adapter.batch_shapes(data.x)) end
    shapes = output_shapes(self)
  end
  -- One loss for several outputs is each one's: a Lua model's are known only now.
  if self.loss ~= nil and not is_list(self.loss) then
    for i = 2, #shapes do self.losses_given[i] = self.losses_given[1] end
  end
  local trainer = core.trainer(self)
  trainer:set_replay(self.replay or false)
  trainer:set_optimizer(self.optimizer)
  for i = 1, #shapes do
    trainer:add_output(self.losses_given[i] or nil, self.loss_weights[i] or 1)
  end
  local metrics, seen = {}, {}
  local names = self.output_names
  local function add(list, weighted)
    local each = metrics_by_output(self, list)
    for output, entries in ipairs(each) do
      for _, entry in ipairs(metric_list(entries)) do
        local metric, name = make_metric(entry, data.y[output], shapes[output])
        if #names > 1 then name = names[output] .. "_" .. name end
        if seen[name] and weighted then name = "weighted_" .. name end
        seen[name] = true
        trainer:add_metric(output, metric, weighted)
        metrics[#metrics + 1] = {metric = metric, name = name}
      end
    end
  end
  add(self.metrics_given, false)
  add(self.weighted_metrics_given, true)
  self.trainer, self.metrics, self.resolved = trainer, metrics, true
  return trainer
end

-- ---- logs

-- A callback may compile the model anew.
local function running_trainer(self)
  if not self.trainer then
    raise("'%s' was compiled anew while it was running: call fit or evaluate again", self.name)
  end
  return self.trainer
end

-- The running values: loss, each output's loss (with several outputs), metrics.
local function read_logs(self, prefix, logs)
  logs, prefix = logs or {}, prefix or ""
  local own = self.step_logs   -- of a step that is the model's own, else false
  if own then
    for name, value in pairs(own) do logs[prefix .. name] = value end
    return logs
  end
  local trainer = running_trainer(self)
  logs[prefix .. "loss"] = trainer:loss()
  if trainer:outputs() > 1 then
    for i, name in ipairs(self.output_names) do
      if self.losses_given[i] then logs[prefix .. name .. "_loss"] = trainer:loss(i) end
    end
  end
  for _, entry in ipairs(self.metrics) do
    logs[prefix .. entry.name] = entry.metric:result()
  end
  for _, entry in ipairs(subclass.metrics(self)) do
    logs[prefix .. entry.name] = entry.metric:result()
  end
  return logs
end

-- loss, the outputs' losses in their order, the metrics in theirs.
local function ordered_logs(self, logs)
  local list = {logs.loss}
  if self.step_logs then
    local others = {}
    for name in pairs(logs) do if name ~= "loss" then others[#others + 1] = name end end
    table.sort(others)
    for _, name in ipairs(others) do list[#list + 1] = logs[name] end
    return list
  end
  local names = self.output_names
  if #names > 1 then
    for _, name in ipairs(names) do list[#list + 1] = logs[name .. "_loss"] end
  end
  for _, entry in ipairs(self.metrics) do list[#list + 1] = logs[entry.name] end
  for _, entry in ipairs(subclass.metrics(self)) do list[#list + 1] = logs[entry.name] end
  return list
end

local function give_logs(self, options)
  local logs = read_logs(self)
  if options.return_dict then return logs end
  return table.unpack(ordered_logs(self, logs))
end

--- Forgets the running means of loss and metrics (train_on_batch and test_on_batch go on from
-- where they are, as in Keras).
-- Errors: none.
--
--     model:reset_metrics()
function Model:reset_metrics()
  self.step_logs = false
  if self.trainer then self.trainer:reset() end
  for _, entry in ipairs(subclass.metrics(self)) do entry.metric:reset_state() end
end

-- ---- steps

local function as_list(value)
  if value == nil or type(value) == "table" then return value end
  return {value}
end

-- The built-in step, for one that is overridden and calls up.
local function default_step(self, mode, x, y, w)
  local data = {x = as_list(x), y = as_list(y) or {}, w = as_list(w), where = mode .. "_step"}
  local trainer, own = trainer_for(self, data, mode .. "_step"), self.step_logs
  trainer:run(mode, data.x, data.y, data.w, nil, 1, #data.x[1])
  self.step_logs = false
  local logs = read_logs(self)
  self.step_logs = own
  return logs
end

--- What fit does with a batch; a model of one's own may define another.
-- @param x, y, sample_weight  tensors, lists of them where there are several; nil for none
-- @return the logs: numbers, tensors of one element or metrics by name
-- Errors: those of the model, its loss and its optimizer.
--
--     local MyModel = ln.Model:extend("MyModel")
--     function MyModel:train_step(x, y)
--       local tape <close> = ln.GradientTape()
--       local loss = ln.losses.mse(y, self(x, {training = true})):mean()
--       self.optimizer:apply(tape:gradient(loss, self.trainable_variables),
--         self.trainable_variables)
--       return {loss = loss}
--     end
function Model:train_step(x, y, sample_weight)
  return default_step(self, "train", x, y, sample_weight)
end

--- What evaluate, and validation, does with a batch: as train_step.
-- @param x, y, sample_weight  as of train_step
-- @return the logs
-- Errors: those of the model and its loss.
--
--     local MyModel = ln.Model:extend("MyModel")
--     function MyModel:test_step(x, y)
--       return {loss = ln.losses.mse(y, self(x, {training = false})):mean()}
--     end
function Model:test_step(x, y, sample_weight)
  return default_step(self, "test", x, y, sample_weight)
end

--- What predict does with a batch: the outputs, one row a sample.
-- @param x  a tensor, or a list of them
-- @return a tensor for each output
-- Errors: those of the model.
--
--     print(model:predict_step(x[{ {1, 4} }]).shape)                          --> (4, 2)
function Model:predict_step(x) return self(x, {training = false}) end

--- model.own_steps: whether training is the model's own, so that it may do without targets.
function properties.own_steps(self) return self.train_step ~= Model.train_step end

local function overrides(self, mode) return self[mode .. "_step"] ~= Model[mode .. "_step"] end

-- The trainer, unless the model does the step itself.
local function trainer_unless_own(self, mode, data, what)
  if mode == "train" then random.resume(self) end
  if not overrides(self, mode) then return trainer_for(self, data, what) end
  if not self.compiled then
    raise("'%s' of '%s': compile the model first, model:compile{optimizer = ...}", what, self.name)
  end
end

-- ---- loops

-- As long as nobody looks at single batches, the core runs them one after another for this long,
-- in seconds, before the progress is shown.
local STRETCH = 0.02

-- Runs what a feed gave in batches of `size` (nil: as one); returns how many samples and batches
-- were done.
local function run_batches(self, mode, batch, size)
  if overrides(self, mode) then
    local step = mode .. "_step"
    self.step_logs = subclass.logs(self, step, subclass.run(self, step, batch))
    return batch.n, 1
  end
  self.step_logs = false
  local trainer = running_trainer(self)
  local done = blame(trainer.run, trainer, mode, batch.x, batch.y or {}, batch.w,
    batch.rows, batch.first, batch.n, size or batch.n, STRETCH)
  return done, size and math.ceil(done / size) or 1
end

-- Whether a Ctrl-C should end what holds the guard (core/lua/interrupt.c): fit after the batch in
-- flight. What runs inside another call, an evaluate of a callback's, leaves the first one to that.
-- The second is an error wherever it is noticed.
local function interrupted(guard, where)
  local count = guard:count()
  if count > 1 then raise("%s: interrupted", where) end
  return count > 0
end

-- evaluate and predict have nothing to return when they are broken off.
local function raise_if_interrupted(guard, where)
  if interrupted(guard, where) and guard:outermost() then raise("%s: interrupted", where) end
end

-- Calls f(batch, step) for one pass over the feed, at most `steps` batches (nil: all), until
-- ended() (asked after each); f returns how many batches it ran. single: one at a time.
local function each_batch(feed, steps, what, single, f, ended)
  if feed.endless and not steps then
    raise("%s: an endless Dataset needs a number of steps", what)
  end
  local step = 0
  while not steps or step < steps do
    local batch = feed:next(single and 1 or (steps or math.huge) - step)
    if not batch then break end
    step = step + f(batch, step + 1)
    if ended() then break end
  end
end

-- Goes over the data without training; the result is in the trainer's means. ended: as each_batch.
local function run_test(self, data, size, steps, callbacks, ended)
  trainer_unless_own(self, "test", data, "evaluate")
  self:reset_metrics()
  callbacks:call("on_test_begin")
  local function running() return read_logs(self) end
  local feed = adapter.feed(data, size)
  local single = overrides(self, "test") or callbacks:wants("on_test_batch_begin")
    or callbacks:wants("on_test_batch_end")
  each_batch(feed, steps, data.where, single, function(batch, step)
    callbacks:batch("on_test_batch_begin", step)
    local done, batches = run_batches(self, "test", batch, not data.stream and size)
    feed:used(done)
    if not callbacks.training then callbacks:advance(done, running) end
    if callbacks:wants("on_test_batch_end") then
      callbacks:batch("on_test_batch_end", step, read_logs(self))
    end
    return batches
  end, ended)
  feed:restart()
  callbacks:call("on_test_end", read_logs(self))
end

local FIT = {
  batch_size = {"integer", min = 1, optional = true},
  epochs = {"integer", default = 1, min = 1},
  initial_epoch = {"integer", default = 1, min = 1},
  verbose = {"any", default = 1},
  callbacks = {"any"},
  validation_split = {"number", default = 0, range = "[0, 1)"},
  validation_data = {"any"},
  validation_batch_size = {"integer", min = 1, optional = true},
  validation_freq = {"any", default = 1},
  validation_steps = {"integer", min = 1, optional = true},
  shuffle = {"boolean", optional = true},
  class_weight = {"any"},
  sample_weight = {"any"},
  steps_per_epoch = {"integer", min = 1, optional = true},
}

local function verbosity(value, what)
  if value == "auto" or value == true then return 1 end
  if value == false then return 0 end
  if value == 0 or value == 1 or value == 2 then return value end
  raise("bad option 'verbose' of '%s' (0, 1, 2 or \"auto\" expected, got %s)", what,
    tostring(value))
end

-- The batch size in force. A Dataset makes its batches itself.
local function batch_size(data, given, what)
  if data.stream and given.batch_size then
    raise("%s: batch_size is for tensors; a Dataset is batched by ds:batch(%d)", what,
      given.batch_size)
  end
  return given.batch_size or 32
end

local function validates(freq, epoch)
  if type(freq) == "table" then
    for _, e in ipairs(freq) do if e == epoch then return true end end
    return false
  end
  return epoch % freq == 0
end

local function check_freq(freq)
  local ok = math.type(freq) == "integer" and freq >= 1 or is_list(freq)
  if not ok then
    raise("bad option 'validation_freq' of 'fit' (an integer >= 1 or a list of epochs expected, "
      .. "got %s)", tostring(freq))
  end
end

local History   -- the class, once it is needed
local function new_history()
  History = History or require "lunate.callbacks.history"
  return History()
end

-- What fit does with data that are one batch of a known shape when nobody looks on, as in a loop
-- that learns as it goes: the same without what prepares for anything else. nil: it is not that.
local function fit_one_batch(self, x, y, options)
  if type(options) ~= "table" or options.verbose ~= 0 or not self.resolved or self.step_logs then
    return nil
  end
  local epochs, size = options.epochs or 1, options.batch_size or 32
  for name in next, options do
    if name ~= "epochs" and name ~= "verbose" and name ~= "batch_size" then return nil end
  end
  if math.type(epochs) ~= "integer" or epochs < 1 or math.type(size) ~= "integer" or size < 1
    or not is_tensor(x) or overrides(self, "train") then
    return nil
  end
  local guard <close> = core.interrupt()
  local trainer, history = running_trainer(self), new_history()
  for epoch = 1, epochs do
    if interrupted(guard, "fit") then break end
    -- What happens in mid-training (a metric in Lua may) is seen by the next epoch.
    self:reset_metrics()
    if trainer ~= self.trainer or trainer:answer("train", x, y, size) == nil then
      if epoch > 1 then raise("'fit' of '%s': the model changed in mid-training", self.name) end
      return nil
    end
    history:on_epoch_end(epoch, read_logs(self))
  end
  history.params = {epochs = epochs, steps = 1, verbose = 0, samples = #x, batch_size = size}
  history.model, history.interrupted = self, interrupted(guard, "fit")
  self.stop_training, self.history = false, history
  if self.optimizer.use_ema then self.optimizer:finalize_variable_values() end
  return history
end

--- Trains the model.
-- @param x  inputs: a tensor (or a table of numbers), a list of them, or a table by input name; or
--   a `ln.data.Dataset` of batches x, y[, sample_weight]
-- @param y  targets, likewise; class ids stay what they are in the data. Of a Dataset: nil
-- @param options  `batch_size` (32), `epochs` (1), `initial_epoch` (1: the first epoch to run),
--   `verbose` (1: a progress bar; 2: a line an epoch; 0: nothing), `validation_data` {x, y[, w]} or
--   a Dataset,
--   `validation_split` (0: that part of the samples, from the end, before shuffling),
--   `validation_batch_size` (batch_size), `validation_freq` (1, or a list of epochs),
--   `validation_steps`, `shuffle` (true), `class_weight` {[id] = weight}, `sample_weight` (a tensor
--   of one weight a sample), `steps_per_epoch` (all batches; then
--   data that end within an epoch begin again), `callbacks` (a list)
-- @return the History: `history.history.loss[epoch]`, `history.epoch`, `history.keys`,
--   `history.params`, `history.interrupted`
-- Errors: data whose lengths or shapes do not fit (named), labels out of range, unknown options.
--
-- Ctrl-C: the first ends training after the batch in flight; callbacks' on_train_end runs, weights
-- and finished epochs are kept, and fit returns, with `history.interrupted` true. The second raises
-- an error at the end of the batch, the third does what it does without fit. evaluate and predict
-- raise at the first.
--
--     local history = model:fit(x, y, {epochs = 5, validation_split = 0.2, verbose = 0})
--     print(history.history.val_loss[5])
function Model:fit(x, y, options)
  local quick = fit_one_batch(self, x, y, options)
  if quick then return quick end
  local given = check("fit", FIT, options)
  given.verbose = verbosity(given.verbose, "fit")
  check_freq(given.validation_freq)
  local data = adapter.new(self, "fit", x, y, given.sample_weight)
  local valid
  if given.validation_data ~= nil then
    valid = adapter.validation(self, given.validation_data)
  elseif given.validation_split > 0 then
    if data.stream then
      raise("%s: validation_split is for tensors; give validation_data", data.where)
    end
    data, valid = adapter.split(data, given.validation_split)
  end
  trainer_unless_own(self, "train", data, "fit")
  if given.class_weight ~= nil then adapter.weigh_classes(data, given.class_weight) end

  local size = batch_size(data, given, data.where)
  if data.stream and given.shuffle then
    raise("%s: shuffle is for tensors; a Dataset is shuffled by ds:shuffle(buffer_size)",
      data.where)
  end
  if data.endless and not given.steps_per_epoch then
    raise("%s: an endless Dataset needs steps_per_epoch", data.where)
  end
  if valid and valid.endless and not given.validation_steps then
    raise("%s: an endless Dataset needs validation_steps", valid.where)
  end
  local guard <close> = core.interrupt()
  local _ <close> = adapter.closing(data, valid)
  local feed = adapter.feed(data, size, given.shuffle ~= false)
  local history = new_history()
  local params = {
    epochs = given.epochs, steps = given.steps_per_epoch or feed.steps, verbose = given.verbose,
    samples = data.n, validation_samples = valid and valid.n, batch_size = not data.stream and size
      or nil, first_epoch = given.initial_epoch, first_batch = 1, feed = feed,
    do_validation = valid ~= nil,
  }
  local callbacks <close> = require "lunate.callbacks._list"(self, given.callbacks, history, params)
  self.stop_training, self.history = false, history
  local single = overrides(self, "train") or callbacks:wants("on_batch_begin")
    or callbacks:wants("on_batch_end")
  local logs
  local function running() return read_logs(self) end
  local function ended() return interrupted(guard, data.where) end
  callbacks.training = true
  callbacks:call("on_train_begin")
  for epoch = params.first_epoch, given.epochs do
    if ended() then break end
    self:reset_metrics()
    callbacks:epoch("on_epoch_begin", epoch)
    local step, wanted = epoch == params.first_epoch and params.first_batch - 1 or 0,
      given.steps_per_epoch
    -- With steps_per_epoch an epoch may end inside the data, or go over it again.
    while not wanted or step < wanted do
      local most = single and 1 or (wanted or math.huge) - step
      local batch = feed:next(most)
      if not batch then
        if not wanted then break end
        feed:restart()
        batch = feed:next(most)
        if not batch then raise("%s: the Dataset is empty", data.where) end
      end
      callbacks:batch("on_batch_begin", step + 1)
      local done, batches = run_batches(self, "train", batch, not data.stream and size)
      feed:used(done)
      step = step + batches
      callbacks:advance(done, running)
      if callbacks:wants("on_batch_end") then
        callbacks:batch("on_batch_end", step, read_logs(self))
      end
      if self.stop_training or ended() then break end
    end
    -- Of an epoch that is broken off nothing is known: it has no on_epoch_end.
    if ended() then break end
    if step == 0 then raise("%s: the Dataset is empty", data.where) end
    -- The first pass tells how long the others are.
    if not self.stop_training then params.steps = params.steps or step end
    if not wanted then feed:restart() end
    local now = read_logs(self)
    if valid and validates(given.validation_freq, epoch) then
      run_test(self, valid, given.validation_batch_size or size, given.validation_steps, callbacks,
        ended)
      if ended() then break end
      read_logs(self, "val_", now)
    end
    logs = now
    callbacks:epoch("on_epoch_end", epoch, logs)
    if self.stop_training then break end
  end
  history.interrupted = ended()
  if self.optimizer.use_ema then self.optimizer:finalize_variable_values() end
  callbacks:call("on_train_end", logs)
  history.interrupted = ended()
  return history
end

local EVALUATE = {
  batch_size = {"integer", min = 1, optional = true},
  verbose = {"any", default = 1},
  sample_weight = {"any"},
  steps = {"integer", min = 1, optional = true},
  callbacks = {"any"},
  return_dict = {"boolean", default = false},
}

--- The loss and the metrics on data, without training.
-- @param options  `batch_size` (32), `verbose` (1), `sample_weight`, `steps` (all batches),
--   `callbacks`, `return_dict` (false)
-- @return loss, then the metrics in their order; with return_dict one table by name
-- @param x, y  inputs and targets, as of fit
-- Errors: a model that is not compiled; data whose lengths or shapes do not fit; labels out of
-- range.
--
--     local loss, accuracy = model:evaluate(x_test, y_test, {verbose = 0})
function Model:evaluate(x, y, options)
  local given = check("evaluate", EVALUATE, options)
  given.verbose = verbosity(given.verbose, "evaluate")
  local data = adapter.new(self, "evaluate", x, y, given.sample_weight)
  trainer_unless_own(self, "test", data, "evaluate")
  local size = batch_size(data, given, data.where)
  local guard <close> = core.interrupt()
  local _ <close> = adapter.closing(data)
  local callbacks <close> = require "lunate.callbacks._list"(self, given.callbacks, nil, {
    steps = given.steps or data.steps or data.n and math.ceil(data.n / size), samples = data.n,
    verbose = given.verbose, batch_size = data.n and size,
  })
  run_test(self, data, size, given.steps, callbacks,
    function() return interrupted(guard, data.where) and guard:outermost() end)
  raise_if_interrupted(guard, data.where)
  return give_logs(self, given)
end

local PREDICT = {
  batch_size = {"integer", min = 1, optional = true},
  verbose = {"any", default = 0},
  steps = {"integer", min = 1, optional = true},
  callbacks = {"any"},
}

local predict_in_batches

-- Where rows do not depend on each other, this many are computed at once, however small the batches
-- asked for: a product of 32 rows is half as fast.
local ROWS_AT_ONCE = 256

-- What the predictor answered at once, if it did.
local function answered(self, x, first, ...)
  if first == nil then return predict_in_batches(self, x) end
  return first, ...
end

--- What the model gives for x, row by row.
-- @param options  `batch_size` (32; where rows do not depend on each other and no callback looks at
--   batches, up to 256 are computed at once), `verbose` (0), `steps` (all batches), `callbacks`
-- @return a tensor for each output
-- @param x  inputs, as of fit
-- Errors: inputs that do not fit the model.
--
--     print(model:predict(x).shape)                                           --> (20, 2)
function Model:predict(x, options)
  if options == nil then
    -- One batch of a known shape, as in a loop that plays or controls: straight to the core.
    local predictor = self.predictor
    if predictor and not overrides(self, "predict") then
      return answered(self, x, predictor:answer("predict", x))
    end
  end
  return predict_in_batches(self, x, options)
end

function predict_in_batches(self, x, options)
  local given = check("predict", PREDICT, options)
  given.verbose = verbosity(given.verbose, "predict")
  local data = adapter.new(self, "predict", x)
  local trainer = self.predictor
  if not trainer then
    trainer = core.trainer(self)
    trainer:set_replay(self.replay or false)
    self.predictor = trainer
  end
  local own = overrides(self, "predict")
  local size = batch_size(data, given, data.where)
  local guard <close> = core.interrupt()
  local _ <close> = adapter.closing(data)
  local callbacks <close> = require "lunate.callbacks._list"(self, given.callbacks, nil, {
    steps = given.steps or data.steps or data.n and math.ceil(data.n / size), samples = data.n,
    verbose = given.verbose, batch_size = data.n and size,
  })
  -- Tensors tell how many rows there will be; batches of a Dataset are put together at the end.
  local outs, parts, n = {}, {}, data.n
  if n and given.steps then n = math.min(n, given.steps * size) end
  callbacks:call("on_predict_begin")
  if n and not own and not given.steps and not callbacks:wants("on_predict_batch_begin")
    and not callbacks:wants("on_predict_batch_end") and core.keeps_rows(self) then
    size = size * math.max(1, ROWS_AT_ONCE // size)
  end
  local feed = adapter.feed(data, size)
  each_batch(feed, given.steps, data.where, true, function(batch, step)
    callbacks:batch("on_predict_batch_begin", step)
    if own then
      for i, out in ipairs{subclass.run(self, "predict_step", batch)} do
        parts[i] = parts[i] or {}
        parts[i][step] = out
      end
    elseif n then
      blame(trainer.predict, trainer, outs, n, batch.x, batch.first, batch.n)
    else
      local made = {}
      blame(trainer.predict, trainer, made, batch.n, batch.x, 1, batch.n)
      for i, out in ipairs(made) do
        parts[i] = parts[i] or {}
        parts[i][step] = out
      end
    end
    callbacks:advance(batch.n)
    if callbacks:wants("on_predict_batch_end") then
      local made = {}
      for i, out in ipairs(n and outs or {}) do
        made[i] = out[{ {batch.first, batch.first + batch.n - 1} }]
      end
      for i, list in ipairs(parts) do made[i] = list[step] end
      callbacks:batch("on_predict_batch_end", step, {outputs = #made == 1 and made[1] or made})
    end
    feed:used(batch.n)
    return 1
  end, function() return interrupted(guard, data.where) and guard:outermost() end)
  for i, list in ipairs(parts) do outs[i] = core.functions.concatenate(list) end
  callbacks:call("on_predict_end")
  raise_if_interrupted(guard, data.where)
  return table.unpack(outs)
end

--- Class ids (from 0): the position of the largest probability, or for a single sigmoid output
-- whether it is above a half.
-- @return an int64 tensor: one id a row; for a single output (rows, 1) as in Keras
-- @param x, options  as of predict
-- Errors: those of predict; several outputs.
--
--     print(model:predict_classes(x).shape)                                   --> (20,)
function Model:predict_classes(x, options)
  local p = self:predict(x, options)
  if p.shape[p.rank] > 1 then return p:argmax{axis = -1} - 1 end
  return p:gt(0.5):astype("int64")
end

local ON_BATCH = {
  sample_weight = {"any"}, class_weight = {"any"}, return_dict = {"boolean", default = false}
}

local function on_any_batch(self, mode, x, y, options)
  local what = mode .. "_on_batch"
  local given = check(what, ON_BATCH, options)
  local data = adapter.new(self, what, x, y, given.sample_weight)
  trainer_unless_own(self, mode, data, what)
  if given.class_weight ~= nil then adapter.weigh_classes(data, given.class_weight) end
  run_batches(self, mode, {x = data.x, y = data.y, w = data.w, first = 1, n = data.n})
  return give_logs(self, given)
end

-- The results that the trainer gave at once, if it did.
local function stepped(self, mode, x, y, loss, ...)
  if loss == nil then return on_any_batch(self, mode, x, y) end
  if #subclass.metrics(self) > 0 then return give_logs(self, {}) end
  return loss, ...
end

local function on_batch(self, mode, x, y, options)
  -- As in predict: a batch of a known shape goes straight to the core.
  if options == nil and self.resolved and not self.step_logs and not overrides(self, mode) then
    return stepped(self, mode, x, y, running_trainer(self):answer(mode, x, y))
  end
  return on_any_batch(self, mode, x, y, options)
end

--- One training step on one batch.
-- @param options  `sample_weight`, `class_weight`, `return_dict` (false)
-- @return loss and metrics, averaged since the last reset_metrics (as in Keras)
-- @param x, y  one batch: tensors, or lists of them
-- Errors: those of fit.
--
--     local loss, accuracy = model:train_on_batch(x, y)
function Model:train_on_batch(x, y, options)
  return on_batch(self, "train", x, y, options)
end

--- The loss and the metrics on one batch, averaged since the last reset_metrics.
-- @param x, y, options  as of train_on_batch
-- @return loss and metrics
-- Errors: those of evaluate.
--
--     local loss, accuracy = model:test_on_batch(x, y)
function Model:test_on_batch(x, y, options)
  return on_batch(self, "test", x, y, options)
end

--- What the model gives for one batch.
-- @param x  one batch
-- @return a tensor for each output
-- Errors: those of predict.
--
--     print(model:predict_on_batch(x[{ {1, 3} }]).shape)                      --> (3, 2)
function Model:predict_on_batch(x)
  local data = adapter.new(self, "predict_on_batch", x)
  return self:predict(x, {batch_size = data.n})
end

require "lunate.saving.methods"

return Model
