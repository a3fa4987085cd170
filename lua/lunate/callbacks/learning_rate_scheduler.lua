--- LearningRateScheduler: sets the learning rate at the beginning of every epoch.
--
-- Options: `schedule`: a function of (epoch, learning rate) that returns the new rate, or a
-- schedule of `ln.schedules`; `verbose` (0). The function gets epochs as they are everywhere here,
-- from 1 (in Keras from 0). A schedule counts its steps from 0, so the first epoch has its initial
-- rate.
--
-- Logs: `learning_rate`, as it was in the epoch.
--
-- Errors: the function returns no number >= 0; the optimizer's rate is a schedule itself.
--
--     local model = ln.Sequential{ln.layers.Dense{1, input_shape = {1}}}
--     model:compile{loss = "mse", optimizer = ln.optimizers.SGD{learning_rate = 0.5}}
--     local halve = ln.callbacks.LearningRateScheduler(function(epoch, rate)
--       return epoch > 2 and rate / 2 or rate
--     end)
--     local history = model:fit(ln.ones{8, 1}, ln.ones{8, 1},
--       {epochs = 4, verbose = 0, callbacks = {halve}})
--     print(table.concat(history.history.learning_rate, " "))      --> 0.5 0.5 0.25 0.125

local raise = require "lunate.raise"
local Callback = require "lunate.callbacks.callback"
local rate = require "lunate.callbacks._learning_rate"
local public = require "lunate.public"
local options_of = require("lunate.core").options_of

local LearningRateScheduler = Callback:extend("LearningRateScheduler")

LearningRateScheduler.options = {
  schedule = {"any", required = true},
  verbose = {"integer", default = 0, min = 0},
}
LearningRateScheduler.positional = {"schedule", "verbose"}

local function is_schedule(value) return getmetatable(value) == "lunate.schedule" end

function LearningRateScheduler:init(given)
  if not is_schedule(given.schedule) and type(given.schedule) ~= "function" then
    raise("bad option 'schedule' of 'LearningRateScheduler' (a function of (epoch, learning_rate) "
      .. "or a schedule expected, got %s)", type(given.schedule))
  end
end

function LearningRateScheduler:on_epoch_begin(epoch)
  local schedule = options_of(self).schedule
  local new
  if is_schedule(schedule) then
    new = schedule(epoch - 1)
  else
    new = schedule(epoch, rate.get(self))
  end
  if type(new) ~= "number" or not (new >= 0) then
    raise("LearningRateScheduler: the schedule should return a number >= 0, got %s for epoch %d",
      tostring(new), epoch)
  end
  rate.set(self, new)
  if options_of(self).verbose > 0 then
    Callback.say(self, "Epoch %d: the learning rate is %g", epoch, new)
  end
end

function LearningRateScheduler:on_epoch_end(_, logs) logs.learning_rate = rate.get(self) end

return public(LearningRateScheduler)
