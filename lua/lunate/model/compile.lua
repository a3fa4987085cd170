--- How a model is trained: compile, and the trainer (core/model/trainer.c) made from it with the
-- first data.

local core = require "lunate.core"
local raise = require "lunate.raise"
local adapter = require "lunate.training_data"
local function_names = require "lunate.function_names"
local unique = require "lunate.unique"
local outputs = require "lunate.model.outputs"
local peers = require "lunate.model.peers"
local state = require "lunate.model.state"

local Model = core.class("model")

local compile = {}

--- Its table of options, checked by lunate.model.
compile.OPTIONS = {
  optimizer = {"any", default = "rmsprop"},
  loss = {"any"},
  loss_weights = {"any"},
  metrics = {"any"},
  weighted_metrics = {"any"},
  replay = {"boolean", default = false},
  run_eagerly = {"boolean", default = false},
  jit_compile = {"any", default = "auto"},
  steps_per_execution = {"integer", default = 1, min = 1},
  auto_scale_loss = {"any"},
}

local function check_execution(given)
  local jit = given.jit_compile
  if jit ~= "auto" and type(jit) ~= "boolean" then
    raise("bad option 'jit_compile' of 'compile' (true, false or \"auto\" expected, got %s)",
      tostring(jit))
  end
  if given.run_eagerly and (given.replay or jit == true) then
    raise("'compile': run_eagerly = true records nothing, so it does not go with %s = true",
      given.replay and "replay" or "jit_compile")
  end
  if given.replay and jit == false then
    raise("'compile': jit_compile = false records nothing, so it does not go with replay = true")
  end
  if given.auto_scale_loss ~= nil then
    raise("bad option 'auto_scale_loss' of 'compile' (the loss is scaled by the optimizer's "
      .. "loss_scale_factor, which layers that compute in float16 ask for)")
  end
end

local by_shape = {
  accuracy = "accuracy", acc = "accuracy", ce = "crossentropy", crossentropy = "crossentropy"
}

-- What the shapes of targets and predictions decide, for a name of it in any case; else nil.
local function shape_rule(what) return type(what) == "string" and by_shape[what:lower()] or nil end

-- Whether this is a loss that shapes decide.
local function is_crossentropy(what) return shape_rule(what) == "crossentropy" end

-- What Keras's `get` does not know, but everybody says.
local short_names = {rmse = "RootMeanSquaredError"}

local function make_loss(what, y, shape)
  if not is_crossentropy(what) then return what or nil end
  if not y then raise("the loss '%s' needs targets", what) end
  return core.class("loss", core.class_for("crossentropy", y, shape))()
end

-- Of a model that Lua defines: how many outputs there are is known by what is said of them.
local function count_outputs(model, ...)
  local compiled = state[model]
  for _, value in ipairs{...} do
    if outputs.is_list(value) then
      compiled.n_outputs = #value
      for name in pairs(value) do
        local k = type(name) == "string" and tonumber(name:match("^output_(%d+)$"))
        if k and k <= 32 then compiled.n_outputs = math.max(compiled.n_outputs, k) end
      end
    end
  end
end

local function check_weights(model, given)
  local weights = {}
  for i, weight in ipairs(given and outputs.each(model, given, "loss_weights") or {}) do
    if weight and type(weight) ~= "number" then
      raise("'compile' of '%s': loss_weights should be numbers, got %s", model.name, type(weight))
    end
    weights[i] = weight or nil
  end
  return weights
end

-- Names are tried now, so that a slip shows here and not in fit.
local function check_metrics(model, given)
  local list = outputs.metric_list(given)
  if next(list) ~= nil and list[1] == nil then outputs.each(model, list, "metrics") end
  for _, metric in ipairs(list) do
    if not (outputs.is_list(metric) or shape_rule(metric) or short_names[metric]) then
      core.get("metric", metric)
    end
  end
end

--- Sets how the model is trained.
-- @param options  `optimizer` ("rmsprop"): a name or an optimizer; `loss`: a name or a loss, for
--   all outputs, or one an output (list or by name); "crossentropy", or "ce", is the one that
--   targets and outputs ask for (binary, categorical or of class ids), as "accuracy" is among
--   metrics, which know "rmse" too; `loss_weights` (1 each); `metrics`: a list of
--   names or metrics; `weighted_metrics`: the same, but they are weighted by sample and class
--   weights; `replay` (false): the promise that what is computed in Lua does the same ops for every
--   batch, which then are recorded once and replayed, without Lua. The first two batches, and the
--   first of each epoch, run in Lua and are compared with the record; that they differ is an error;
--   `run_eagerly` (false): nothing is recorded, so that every batch runs op by op, and what Lua
--   computes with it; `jit_compile` ("auto"): true and "auto" record a batch of each shape and
--   replay it, as far as it is not Lua that computes; false is the same as run_eagerly;
--   `steps_per_execution` (1): callbacks' hooks of batches are called once in so many;
--   `auto_scale_loss`: refused; in float16 the optimizer's `loss_scale_factor` scales the loss
-- Errors: unknown names (with the nearest known one); a list that does not fit the outputs; options
-- that contradict each other.
--
--     model:compile{loss = "mse", optimizer = ln.optimizers.SGD{learning_rate = 0.01}}
function Model:compile(options)
  check_execution(options)
  local compiled = state[self]
  if core.calls_in_lua(self) and not compiled.outputs_known then
    outputs.name(self, options.loss or false, options.loss_weights or false,
      options.metrics or false, options.weighted_metrics or false)
    if not compiled.named then
      count_outputs(self, options.loss or false, options.loss_weights or false)
    end
  end
  local optimizer = core.get("optimizer", options.optimizer)
  local losses = {}
  for i, loss in ipairs(outputs.each(self, options.loss or false, "loss")) do
    losses[i] = loss and (is_crossentropy(loss) and loss or core.get("loss", loss))
  end
  local weights = check_weights(self, options.loss_weights)
  check_metrics(self, options.metrics)
  check_metrics(self, options.weighted_metrics)
  compiled.losses = losses
  compiled.metrics_given = options.metrics
  compiled.weighted_metrics_given = options.weighted_metrics
  compiled.trainer, compiled.predictor, compiled.resolved = nil, nil, false
  compiled.reports, compiled.order = nil, nil
  compiled.step_logs, compiled.warned_of_nan = false, false
  compiled.optimizer, compiled.loss, compiled.loss_weights = optimizer, options.loss, weights
  compiled.replay, compiled.stop_training, compiled.compiled = options.replay, false, true
  compiled.run_eagerly, compiled.jit_compile = options.run_eagerly, options.jit_compile
  compiled.steps_per_execution = options.steps_per_execution
end

--- Compiles from Keras's compile_config (loss, metrics, optimizer, ... as serialized).
-- @param config  a table, as `model:to_json` has it under "compile_config"
-- Errors: parts that there are not.
--
--     model:compile_from_config{loss = "mse", optimizer = "sgd"}
--     print(model.optimizer.name)                                             --> sgd
function Model:compile_from_config(config)
  if type(config) ~= "table" or getmetatable(config) then
    raise("compile_from_config: a table expected, got %s", core.describe_value(config))
  end
  local function plain(value)   -- null is false in decoded JSON
    if value == false then return nil end
    return value
  end
  local bind = require("lunate.saving.registry").bind   -- metrics are made with the first data
  self:compile{
    optimizer = plain(config.optimizer), loss = plain(bind(config.loss)),
    loss_weights = plain(config.loss_weights), metrics = plain(bind(config.metrics)),
    weighted_metrics = plain(bind(config.weighted_metrics)),
    -- What Keras says of jit_compile is about its backend.
    run_eagerly = plain(config.run_eagerly),
    steps_per_execution = plain(config.steps_per_execution),
  }
end

--- Called when layers come or go: what was compiled for those that were is made anew.
function compile.changed(model)
  local compiled = state[model]
  if compiled.trainer then compiled.trainer:forget() end
  compiled.resolved = false
end

-- The shapes of the outputs for these data, which the model is built for where it was not.
local function build(model, data)
  if not core.computes_in_lua(model) then
    if not model.built then model:build(adapter.batch_shapes(data.x)) end
    return outputs.shapes(model)
  end
  local shapes = outputs.find(model, data.x)
  if core.calls_in_lua(model) and data.y and #data.y > 0 and #shapes ~= #data.y then
    raise("%s: the model gives %d output%s, but there %s", data.where or model.name, #shapes,
      #shapes == 1 and "" or "s", #data.y == 1 and "is 1 target"
      or ("are %d targets"):format(#data.y))
  end
  return shapes
end

-- ---- what is reported

-- A metric under the name of the string that asked for it.
local function metric_of_string(name, y, shape)
  local rule = shape_rule(name)
  local class = rule and core.class_for(rule, y, shape)
  local metric = class and core.class("metric", class)()
    or core.get("metric", short_names[name] or name)
  metric.name = name
  return metric
end

-- The metrics of compile in the order of their results: {output =, weighted =, given =, metric =
-- (nil for a string, which may mean something else for other shapes), name =}.
local function plan_metrics(model, take, is_taken)
  local plan, seen = {}, {}
  local names = outputs.names(model)
  local function add(output, given, weighted)
    local metric = type(given) ~= "string" and core.get("metric", given) or nil
    if function_names[given] then metric.name = function_names[given] end
    -- Outputs do not count into one object.
    if metric and seen[metric] then metric = core.get("metric", core.serialize(metric)) end
    if metric then seen[metric] = true end
    local prefix, name = #names > 1 and names[output] .. "_" or "", metric and metric.name or given
    if weighted and is_taken(prefix .. name) then name = "weighted_" .. name end
    plan[#plan + 1] = {output = output, weighted = weighted, given = given, metric = metric,
      name = take(prefix .. name)}
  end
  for _, weighted in ipairs{false, true} do
    local list = state[model][weighted and "weighted_metrics_given" or "metrics_given"]
    for output, entries in ipairs(outputs.metrics(model, list)) do
      for _, entry in ipairs(outputs.metric_list(entries)) do add(output, entry, weighted) end
    end
  end
  return plan
end

-- What training and testing report, in their order: {name =, output =} of losses (output nil: of
-- all), then what plan_metrics says. Names are unique,
-- with val_ before them too; nothing is found by them.
local function plan_reports(model)
  local take, is_taken = unique("val_")
  local losses, reports = {}, {{name = take("loss")}}
  local names = outputs.names(model)
  for i = 1, #names do
    if state[model].losses[i] then losses[#losses + 1] = i end
  end
  for _, i in ipairs(#losses > 1 and losses or {}) do
    reports[#reports + 1] = {name = take(names[i] .. "_loss"), output = i}
  end
  local plan = plan_metrics(model, take, is_taken)
  return table.move(plan, 1, #plan, #reports + 1, reports)
end

--- What compile asked for, in the order of results: {name =, metric =} each. Before the first data,
-- the metrics that their shapes decide have names alone.
function compile.reports(model)
  local compiled = state[model]
  return compiled.reports or compiled.compiled and plan_reports(model) or {{name = "loss"}}
end

--- Tells a trainer what may be recorded.
function compile.set_replay(model, trainer)
  local compiled = state[model]
  trainer:set_replay(compiled.replay or false,
    compiled.run_eagerly or compiled.jit_compile == false)
end

--- The trainer, made with the first data: what "accuracy" means depends on shapes.
-- @param what  who asks, for messages
function compile.trainer(model, data, what)
  local compiled = state[model]
  if not compiled.compiled then
    raise("'%s' of '%s': compile the model first, model:compile{loss = ..., optimizer = ...}",
      what, model.name)
  end
  if compiled.resolved then return compiled.trainer end
  local shapes = build(model, data)
  -- One loss for several outputs is each one's: a Lua model's are known only now.
  if compiled.loss ~= nil and not outputs.is_list(compiled.loss) then
    for i = 2, #shapes do compiled.losses[i] = compiled.losses[1] end
  end
  local trainer = core.trainer(model)
  compile.set_replay(model, trainer)
  trainer:set_optimizer(compiled.optimizer)
  local hook = compiled.gradient_hook
  if hook then trainer:set_gradient_hook(hook.ready, hook.wait, hook.piece_bytes) end
  for i = 1, #shapes do
    local loss = make_loss(compiled.losses[i], data.y and data.y[i], shapes[i])
    trainer:add_output(loss, compiled.loss_weights[i] or 1)
  end
  local reports = plan_reports(model)
  for _, report in ipairs(reports) do
    local output = report.output
    if report.given then
      report.metric = report.metric
        or metric_of_string(report.given, data.y[output], shapes[output])
      trainer:add_metric(output, report.metric, report.weighted)
    end
  end
  compiled.reports, compiled.trainer, compiled.resolved = reports, trainer, true
  compiled.shares = false
  return trainer
end

--- Has a trainer run its rows of every batch where other processes have the others.
function compile.share(model, trainer)
  local compiled = state[model]
  if (compiled.shares or false) == peers.active then return end
  if peers.active and compiled.gradient_hook then
    raise("'%s' has a gradient_hook of its own: with ln.distribution gradients are added up as it "
      .. "says", model.name)
  end
  trainer:set_peers(peers.active)
  compiled.shares = peers.active
  if peers.active then peers.share_model(model, compiled.optimizer) end
end

--- The trainer of a model that is training. A callback may compile the model anew.
function compile.running_trainer(model)
  local trainer = state[model].trainer
  if not trainer then
    raise("'%s' was compiled anew while it was running: call fit or evaluate again", model.name)
  end
  return trainer
end

return compile
