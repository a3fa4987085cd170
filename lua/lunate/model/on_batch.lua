--- train_on_batch and test_on_batch.

local core = require "lunate.core"
local check = require "lunate.options"
local adapter = require "lunate.training_data"
local subclass = require "lunate.subclass"
local compile = require "lunate.model.compile"
local logs = require "lunate.model.logs"
local peers = require "lunate.model.peers"
local state = require "lunate.model.state"
local steps = require "lunate.model.steps"

local Model = core.class("model")

local ON_BATCH = {
  sample_weight = {"any"}, class_weight = {"any"}, return_dict = {"boolean", default = false}
}

local function on_any_batch(self, mode, x, y, options)
  local what = mode .. "_on_batch"
  local given = check(what, ON_BATCH, options)
  local data = adapter.new(self, what, x, y, given.sample_weight)
  steps.prepare(self, mode, data, what)
  if given.class_weight ~= nil then adapter.weigh_classes(data, given.class_weight) end
  steps.run(self, mode, {x = data.x, y = data.y, w = data.w, first = 1, n = data.n})
  return logs.give(self, given.return_dict)
end

-- The results that the trainer gave at once, if it did.
local function answered(self, mode, x, y, loss, ...)
  if loss == nil then return on_any_batch(self, mode, x, y) end
  if #subclass.metrics(self) > 0 then return logs.give(self, false) end
  return loss, ...
end

local function on_batch(self, mode, x, y, options)
  -- As in predict: a batch of a known shape goes straight to the core.
  local compiled = state[self]
  if options == nil and compiled.resolved and not compiled.step_logs
    and not compiled.preprocessing and not peers.active
    and not subclass.overrides(self, mode) then
    return answered(self, mode, x, y, compile.running_trainer(self):answer(mode, x, y))
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
