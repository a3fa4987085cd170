--- EarlyStopping: ends training when a value has stopped improving.
--
-- Options: `monitor` ("val_loss"): the name of a log; `min_delta` (0): smaller changes do not
-- count; `patience` (0): stops after this many epochs in a row without an improvement; `verbose`
-- (0); `mode` ("auto"): "min" or "max" says which way is better; `baseline` (none): patience runs
-- out unless the value beats this too; `restore_best_weights` (false): gives the model the weights
-- of its best epoch when training ends, however it ends but by an error; `start_from_epoch` (0):
-- so many epochs go by first.
--
-- Fields, after fit: `stopped_epoch` (0: did not stop it), `best` (the value), `best_epoch`, `wait`
-- (epochs without improvement). Epochs from 1. Every fit begins anew.
--
-- Errors: no log has the name of the monitor (lists those that there are), after the first epoch.
--
--     local model = ln.Sequential{ln.layers.Dense{1, input_shape = {1}}}
--     model:compile{loss = "mse", optimizer = ln.optimizers.SGD{learning_rate = 1.5}}  -- too large
--     local stopping = ln.callbacks.EarlyStopping{monitor = "loss", patience = 2,
--       restore_best_weights = true}
--     model:fit(ln.ones{8, 1}, ln.zeros{8, 1}, {epochs = 50, verbose = 0, callbacks = {stopping}})
--     print(stopping.stopped_epoch, stopping.best_epoch)           --> 3 1

local Callback = require "lunate.callbacks.callback"
local Monitor = require "lunate.callbacks._monitor"
local public = require "lunate.public"
local state = require "lunate.model.state"

local kept = require "lunate.kept"()
local options_of = require("lunate.core").options_of

local EarlyStopping = Monitor:extend("EarlyStopping")

EarlyStopping.options = {
  min_delta = {"number", default = 0},
  patience = {"integer", default = 0, min = 0},
  verbose = {"integer", default = 0, min = 0},
  baseline = {"number", optional = true},
  restore_best_weights = {"boolean", default = false},
  start_from_epoch = {"integer", default = 0, min = 0},
}
EarlyStopping.positional = {"monitor", "min_delta", "patience", "verbose", "mode", "baseline",
  "restore_best_weights", "start_from_epoch"}

function EarlyStopping:init() self.wait, self.stopped_epoch, self.best_epoch = 0, 0, 0 end

function EarlyStopping:on_train_begin()
  self.wait, self.stopped_epoch, self.best_epoch, self.best = 0, 0, 0, nil
  kept[self].weights = nil
end

local function keep(self, epoch)
  self.best_epoch = epoch
  if options_of(self).restore_best_weights then kept[self].weights = self.model:get_weights() end
end

function EarlyStopping:on_epoch_end(epoch, logs)
  local given = options_of(self)
  local value = Monitor.value(self, logs, "epochs without validation do not count")
  if value == nil or epoch <= given.start_from_epoch then return end
  self.wait = self.wait + 1
  if Monitor.is_better(self, value, self.best) then
    self.best = value
    keep(self, epoch)
    -- What does not reach the baseline is no reason to wait longer.
    local reached = given.baseline == nil or Monitor.is_better(self, value, given.baseline)
    if reached then self.wait = 0 end
  elseif self.wait >= given.patience then
    self.stopped_epoch = epoch
    state[self.model].stop_training = true
  end
end

function EarlyStopping:on_train_end()
  local verbose = options_of(self).verbose > 0
  if verbose and self.stopped_epoch > 0 then
    Callback.say(self, "Epoch %d: stopped, %s has not improved for %d epochs", self.stopped_epoch,
      options_of(self).monitor, self.wait)
  end
  if kept[self].weights then
    self.model:set_weights(kept[self].weights)
    if verbose then Callback.say(self, "The model has the weights of epoch %d", self.best_epoch) end
  end
  kept[self].weights = nil
end

return public(EarlyStopping)
