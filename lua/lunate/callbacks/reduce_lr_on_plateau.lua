--- ReduceLROnPlateau: lowers the learning rate when a value has stopped improving.
--
-- Options: `monitor` ("val_loss"): the name of a log; `factor` (0.1): what the rate is multiplied
-- by; `patience` (10): after this many epochs in a row without an improvement; `verbose` (0);
-- `mode` ("auto"): "min" or "max" says which way is better; `min_delta` (1e-4): smaller changes do
-- not count; `cooldown` (0): epochs after a reduction that do not count; `min_lr` (0): no lower.
--
-- Logs: `learning_rate`, as it was in the epoch. Fields: `best`, `wait`, `cooldown_counter`. Every
-- fit begins anew.
--
-- Errors: no log has the name of the monitor (lists those that there are), after the first epoch;
-- the optimizer's rate is a schedule.
--
--     local model = ln.Sequential{ln.layers.Dense{1, input_shape = {1}}}
--     model:compile{loss = "mse", optimizer = ln.optimizers.SGD{learning_rate = 1.5}}  -- too large
--     local plateau = ln.callbacks.ReduceLROnPlateau{monitor = "loss", factor = 0.1, patience = 2}
--     local history = model:fit(ln.ones{8, 1}, ln.zeros{8, 1},
--       {epochs = 6, verbose = 0, callbacks = {plateau}})
--     print(history.history.learning_rate[3], history.history.learning_rate[4])  --> 1.5 0.15

local Callback = require "lunate.callbacks.callback"
local Monitor = require "lunate.callbacks._monitor"
local rate = require "lunate.callbacks._learning_rate"
local public = require "lunate.public"
local options_of = require("lunate.core").options_of

local ReduceLROnPlateau = Monitor:extend("ReduceLROnPlateau")

ReduceLROnPlateau.options = {
  factor = {"number", default = 0.1, range = "[0, 1)"},
  patience = {"integer", default = 10, min = 0},
  verbose = {"integer", default = 0, min = 0},
  min_delta = {"number", default = 1e-4},
  cooldown = {"integer", default = 0, min = 0},
  min_lr = {"number", default = 0, min = 0},
}
ReduceLROnPlateau.positional = {"monitor", "factor", "patience", "verbose", "mode", "min_delta",
  "cooldown", "min_lr"}

function ReduceLROnPlateau:on_train_begin()
  self.wait, self.cooldown_counter, self.best = 0, 0, nil
end

function ReduceLROnPlateau:on_epoch_end(epoch, logs)
  local given = options_of(self)
  logs.learning_rate = rate.get(self)
  local value = Monitor.value(self, logs, "epochs without validation do not count")
  if value == nil then return end
  if self.cooldown_counter > 0 then
    self.cooldown_counter = self.cooldown_counter - 1
  end
  if Monitor.is_better(self, value, self.best) then
    self.best, self.wait = value, 0
  elseif self.cooldown_counter == 0 then
    self.wait = self.wait + 1
    local old = rate.get(self)
    if self.wait >= given.patience and old > given.min_lr then
      local new = math.max(old * given.factor, given.min_lr)
      rate.set(self, new)
      if given.verbose > 0 then
        Callback.say(self, "Epoch %d: the learning rate goes from %g down to %g", epoch, old, new)
      end
      self.cooldown_counter, self.wait = given.cooldown, 0
    end
  end
end

return public(ReduceLROnPlateau)
