--- fit: epochs over batches, validation, callbacks.

local core = require "lunate.core"
local raise = require "lunate.raise"
local list_length = require "lunate.list_length"
local adapter = require "lunate.training_data"
local is_tensor = require "lunate.is_tensor"
local warn = require "lunate.warn"
local subclass = require "lunate.subclass"
local evaluate = require "lunate.model.evaluate"
local logs = require "lunate.model.logs"
local outputs = require "lunate.model.outputs"
local peers = require "lunate.model.peers"
local session = require "lunate.model.session"
local state = require "lunate.model.state"
local steps = require "lunate.model.steps"

local Model = core.class("model")

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

local History   -- the class, once it is needed
local function new_history()
  History = History or require "lunate.callbacks.history"
  return History()
end

-- Once for what was compiled: nothing can be learned from then on.
local function warn_of_nan(model, epoch, loss, callbacks)
  local compiled = state[model]
  if loss == loss or compiled.warned_of_nan then return end
  compiled.warned_of_nan = true
  if callbacks and callbacks.progress then callbacks.progress:break_off() end
  warn("the loss of '%s' is nan in epoch %d: the learning rate may be too large, or the data hold "
    .. "nan", model.name, epoch)
end

-- What fit does with data that are one batch of a known shape when nobody looks on, as in a loop
-- that learns as it goes: the same without what prepares for anything else. nil: it is not that.
local function fit_one_batch(self, x, y, options)
  local compiled = state[self]
  if type(options) ~= "table" or options.verbose ~= 0 or not compiled.resolved
    or compiled.step_logs or compiled.preprocessing or peers.active then
    return nil
  end
  local epochs, size = options.epochs or 1, options.batch_size or 32
  for name in next, options do
    if name ~= "epochs" and name ~= "verbose" and name ~= "batch_size" then return nil end
  end
  if math.type(epochs) ~= "integer" or epochs < 1 or math.type(size) ~= "integer" or size < 1
    or not is_tensor(x) or subclass.overrides(self, "train") then
    return nil
  end
  local guard <close> = core.interrupt()
  local trainer, history = compiled.trainer, new_history()
  history.model = self
  for epoch = 1, epochs do
    if session.interrupted(guard, true, "fit") then break end
    -- What happens in mid-training (a metric in Lua may) is seen by the next epoch.
    logs.reset(self)
    if trainer ~= compiled.trainer or trainer:answer("train", x, y, size) == nil then
      if epoch > 1 then raise("'fit' of '%s': the model changed in mid-training", self.name) end
      return nil
    end
    local names, values = logs.results(self)
    History._record(history, epoch, names, values)
    if values[1] ~= values[1] then warn_of_nan(self, epoch, values[1]) end
  end
  history.params = {epochs = epochs, steps = 1, verbose = 0, samples = #x, batch_size = size}
  history.interrupted = session.interrupted(guard, true, "fit")
  compiled.stop_training, compiled.history = false, history
  if compiled.optimizer.use_ema then compiled.optimizer:finalize_variable_values() end
  return history
end

local function check_freq(freq)
  local ok = math.type(freq) == "integer" and freq >= 1 or outputs.is_list(freq)
  if not ok then
    raise("bad option 'validation_freq' of 'fit' (an integer >= 1 or a list of epochs expected, "
      .. "got %s)", tostring(freq))
  end
  if type(freq) == "table" then list_length(freq, "option 'validation_freq' of 'fit'") end
end

local function validates(freq, epoch)
  if type(freq) == "table" then
    for _, e in ipairs(freq) do if e == epoch then return true end end
    return false
  end
  return epoch % freq == 0
end

-- The data to train on, and to validate on or nil.
local function take_data(run, x, y, given)
  local data = run:keep(adapter.new(run.model, "fit", x, y, given.sample_weight))
  if given.validation_data ~= nil then
    return data, run:keep(adapter.validation(run.model, given.validation_data))
  elseif given.validation_split > 0 then
    if data.stream then
      raise("%s: validation_split is for tensors; give validation_data", data.where)
    end
    return adapter.split(data, given.validation_split)
  end
  return data
end

local function check_streams(data, valid, given)
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
end

-- The next batches, at most so many, after batch `step` of the epoch; nil at its end. With
-- steps_per_epoch an epoch may end inside the data, and the next goes on there. Where tensors end
-- the epoch does, as in Keras; a Dataset begins again.
local function next_batch(run, limit, step)
  local feed, wanted = run.feed, run.given.steps_per_epoch
  local batch = feed:next(limit)
  if batch or not wanted then return batch end
  feed:restart()
  if step == 0 or run.data.stream then
    batch = feed:next(limit)
    if not batch then raise("%s: the Dataset is empty", run.where) end
    return batch
  end
  if not run.warned then
    run.warned = true
    run.callbacks:warn("%s: the data ended after batch %d of %d, and the epoch with them",
      run.where, step, wanted)
  end
end

-- Whether a callback has ended training: of any process, where callbacks look at batches.
local function stops(run, always)
  local compiled, callbacks = state[run.model], run.callbacks
  if peers.active and (always or callbacks:wants("on_batch_end")
    or callbacks:wants("on_batch_begin")) then
    compiled.stop_training = peers.any("whether training stops", compiled.stop_training)
  end
  return compiled.stop_training
end

-- The batches of one epoch, after the first `step`. Returns the number of the last one.
local function train_epoch(run, step)
  local model, callbacks = run.model, run.callbacks
  local function shared() return logs.read(model) end
  local function running() return logs.read(model, nil, nil, true) end
  return run:each_batch{hook = "on_batch", limit = run.given.steps_per_epoch, before = step,
    single = subclass.overrides(model, "train"), logs = shared,
    meet = function() peers.share_averages(model) end,
    next = function(limit, before) return next_batch(run, limit, before) end,
    run = function(batch)
      local done, batches = steps.run(model, "train", batch, not run.data.stream and run.size)
      run.feed:used(done)
      callbacks:advance(done, running)
      return batches
    end,
    stopped = function() return stops(run) end}
end

-- One epoch with its validation; returns its logs, nil when Ctrl-C broke it off: of such an epoch
-- nothing is known, and it has no on_epoch_end.
local function run_epoch(run, epoch)
  local model, callbacks, given, params = run.model, run.callbacks, run.given, run.params
  if run:ended() then return nil end
  if peers.active then
    peers.meet(("epoch %d of '%s'"):format(epoch, model.name))
    peers.share_generator()
  end
  model:reset_metrics()
  callbacks:epoch("on_epoch_begin", epoch)
  local step = train_epoch(run, epoch == params.first_epoch and params.first_batch - 1 or 0)
  if peers.active then
    peers.meet(("the end of epoch %d after %d batches"):format(epoch, step))
    peers.share_averages(model)
  end
  if run:ended() then return nil end
  if step == 0 then raise("%s: the Dataset is empty", run.where) end
  -- The first pass tells how long the others are.
  if not state[model].stop_training then params.steps = params.steps or step end
  if not given.steps_per_epoch then run.feed:restart() end
  local values = logs.read(model)
  warn_of_nan(model, epoch, values.loss, callbacks)
  if run.valid and validates(given.validation_freq, epoch) then
    evaluate.run(run, run.valid, given.validation_batch_size or run.size, given.validation_steps)
    if run:ended() then return nil end
    logs.read(model, "val_", values)
  end
  callbacks:epoch("on_epoch_end", epoch, values)
  return values
end

-- What a Ctrl-C did, and what the next one does (core/lua/interrupt.c).
local function say_interrupted(run, history)
  if not run.guard:outermost() then return end
  local epochs = #history.epoch
  local when = epochs > 0 and ("after epoch %d"):format(history.epoch[epochs])
    or ("in epoch %d"):format(run.params.first_epoch)
  io.stdout:write("interrupted ", when, "; press again within 2 s to stop the script\n")
  io.stdout:flush()
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
--   `validation_steps`, `shuffle` (true), `class_weight` {[id] = weight} (labels are rounded; ids
--   may be text, and weigh 1 where they are not named; sample_weight is multiplied in),
--   `sample_weight` (one weight a sample: a tensor (n), or (n, 1) where a sample has several
--   values, or one for each of those; a list, or a table by name, for several outputs),
--   `steps_per_epoch` (all batches; an epoch of fewer goes on in the data where the last one ended;
--   where tensors end, the epoch does, and the next begins anew; a Dataset begins again within an
--   epoch), `callbacks` (a list)
-- @return the History: `history.history.loss[epoch]`, `history.epoch`, `history.keys`,
--   `history.params`, `history.interrupted`
-- Errors: data whose lengths or shapes do not fit (named), labels out of range, unknown options.
--
-- Ctrl-C: the first ends training after the batch in flight; callbacks' on_train_end runs, weights
-- and finished epochs are kept, and fit returns, with `history.interrupted` true. The second raises
-- an error at the end of the batch, in a later fit too when it comes within 2 seconds; the third
-- does what it does without fit. evaluate and predict raise at the first.
--
--     local history = model:fit(x, y, {epochs = 5, validation_split = 0.2, verbose = 0})
--     print(history.history.val_loss[5])
function Model:fit(x, y, options)
  local quick = fit_one_batch(self, x, y, options)
  if quick then return quick end
  local given = session.options("fit", FIT, options)
  check_freq(given.validation_freq)
  local run <close> = session.open(self, "fit")
  local data, valid = take_data(run, x, y, given)
  steps.prepare(self, "train", data, "fit")
  if given.class_weight ~= nil then adapter.weigh_classes(data, given.class_weight) end
  local size = run:batch_size(data, given)
  check_streams(data, valid, given)
  local feed, history = adapter.feed(data, size, given.shuffle ~= false), new_history()
  local params = {
    epochs = given.epochs, steps = given.steps_per_epoch or feed.steps, verbose = given.verbose,
    samples = data.n, validation_samples = valid and valid.n, batch_size = not data.stream and size
      or nil, first_epoch = given.initial_epoch, first_batch = 1, feed = feed,
    do_validation = valid ~= nil,
  }
  run.given, run.data, run.valid, run.size = given, data, valid, size
  run.feed, run.params = feed, params
  local callbacks, compiled = run:start(given.callbacks, params, history), state[self]
  compiled.stop_training, compiled.history = false, history
  callbacks.training = true
  callbacks:call("on_train_begin")
  if peers.active then
    peers.meet(("fit of '%s': %s samples, batches of %s, %s steps, epochs %d to %d"):format(
      self.name, data.n or "unknown", size, params.steps or "unknown", params.first_epoch,
      given.epochs))
    peers.share_model(self, compiled.optimizer)
  end
  local last_logs
  for epoch = params.first_epoch, given.epochs do
    local values = run_epoch(run, epoch)
    if not values then break end
    last_logs = values
    if stops(run, true) then break end
  end
  history.interrupted = run:ended()
  if compiled.optimizer.use_ema then compiled.optimizer:finalize_variable_values() end
  callbacks:call("on_train_end", last_logs)
  history.interrupted = run:ended()
  if history.interrupted and given.verbose > 0 then say_interrupted(run, history) end
  return history
end
