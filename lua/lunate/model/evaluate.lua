--- evaluate, and the validation of fit.

local core = require "lunate.core"
local adapter = require "lunate.training_data"
local subclass = require "lunate.subclass"
local logs = require "lunate.model.logs"
local peers = require "lunate.model.peers"
local session = require "lunate.model.session"
local steps = require "lunate.model.steps"

local Model = core.class("model")

local evaluate = {}

--- Its table of options, checked by lunate.model.
evaluate.OPTIONS = {
  batch_size = {"integer", min = 1, optional = true},
  verbose = {"any", default = 1},
  sample_weight = {"any"},
  steps = {"integer", min = 1, optional = true},
  callbacks = {"any"},
  return_dict = {"boolean", default = false},
}

--- Goes over the data without training; the results are in the model's running means.
-- @param run  the session of evaluate or fit
function evaluate.run(run, data, size, n_steps)
  local model, callbacks = run.model, run.callbacks
  steps.prepare(model, "test", data, "evaluate")
  if peers.active then peers.share_averages(model) end
  model:reset_metrics()
  callbacks:call("on_test_begin")
  local function shared() return logs.read(model) end
  local function running() return logs.read(model, nil, nil, true) end
  local feed = run:feed_of(data, size, n_steps)
  run:each_batch{hook = "on_test_batch", limit = n_steps,
    single = subclass.overrides(model, "test"), logs = shared,
    next = function(limit) return feed:next(limit) end,
    run = function(batch)
      local done, batches = steps.run(model, "test", batch, not data.stream and size)
      feed:used(done)
      if not callbacks.training then callbacks:advance(done, running) end
      return batches
    end}
  feed:restart()
  callbacks:call("on_test_end", logs.read(model))
end

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
  options.verbose = session.verbosity("evaluate", options.verbose)
  local run <close> = session.open(self, "evaluate")
  local data = run:keep(adapter.new(self, "evaluate", x, y, options.sample_weight))
  steps.prepare(self, "test", data, "evaluate")
  local size = run:batch_size(data, options)
  run:start(options.callbacks, run:params_of(data, options, size))
  evaluate.run(run, data, size, options.steps)
  run:raise_if_ended()
  return logs.give(self, options.return_dict)
end

return evaluate
